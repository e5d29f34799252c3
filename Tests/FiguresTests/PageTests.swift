import Foundation
import RAMiTImaging
import RAMiTModelTestSupport
import RAMiTTensorCore
import RAMiTTestSupport
import Testing

@testable import RAMiTFigures

/// Pages as PNG and SVG, crops, and what is wrong with files and boxes.
@Suite struct PageTests {
  private let awkward = "a <b> & \"c\" 'd' ]]> \u{1}\u{fffe} é\n\t"

  @Test func textsAreEscaped() throws {
    var page = FigurePage(title: awkward, width: 200, height: 50)
    page.add(FigureText(text: awkward, position: Point(5, 20)))
    page.add(FigureText(text: "", position: Point(5, 20)))
    let reader = XMLReader(try page.svg(), textsOf: "text")
    #expect(reader.isWellFormed)
    #expect(reader.texts == ["a <b> & \"c\" 'd' ]]> \u{fffd}\u{fffd} é  "])
  }

  @Test func everyElementIsInBoth() throws {
    var page = FigurePage(title: "all", width: 60, height: 40)
    page.add(.rectangle(Rectangle(2, 2, 10, 8), fill: .black, frame: .mark, lineWidth: 2))
    page.add(.line([Point(20, 5), Point(50, 5.5)], lineWidth: 1, .black, dash: [3, 2]))
    page.add(.circle(center: Point(30, 20), radius: 6, fill: .mark, opacity: 0.5, frame: .black, lineWidth: 1))
    page.add(.image(picture(width: 4, height: 4, channels: 1), Rectangle(2, 20, 16, 16)))
    page.add(FigureText(text: "x", position: Point(50, 30), anchor: .end, isTurned: true))
    let reader = XMLReader(try page.svg(), textsOf: "title")
    #expect(reader.isWellFormed && reader.texts == ["all"])
    #expect(
      reader.elements == ["svg", "metadata", "title", "rect", "rect", "rect", "polyline", "circle", "image", "text"])
    let (one, two) = (page.image(), page.image(zoom: 2))
    #expect(one.width == 60 && one.height == 40 && two.width == 120 && two.height == 80)
    // Each pixel of the image is a square of 4, and of 8.
    let source = picture(width: 4, height: 4, channels: 1).rgb()
    #expect(one.cropped(x: 6, y: 24, width: 1, height: 1) == source.cropped(x: 1, y: 1, width: 1, height: 1))
    #expect(two.cropped(x: 19, y: 55, width: 1, height: 1) == source.cropped(x: 1, y: 1, width: 1, height: 1))
  }

  @Test func theEndingTellsTheKind() throws {
    try withTemporaryFolder { folder in
      let page = FigurePage(title: "empty", width: 20, height: 10)
      try page.write(to: folder + "/a.PNG", zoom: 3)
      let image = try ImageFile.read(folder + "/a.PNG")
      #expect(image.width == 60 && image.height == 30)
      try page.write(to: folder + "/b", format: .svg)
      #expect(XMLReader(try String(contentsOfFile: folder + "/b", encoding: .utf8), textsOf: "title").isWellFormed)
      for name in ["/a.PNG", "/b"] { #expect(FigurePage.isFigure(folder + name)) }
      try ImageFile.write(image, to: folder + "/photo.png")
      #expect(!FigurePage.isFigure(folder + "/photo.png"))
      expectInputError(".png or .svg") { try page.write(to: folder + "/c.pdf") }
      expectInputError("no ending") { try page.write(to: folder + "/c") }
    }
  }

  @Test func rectanglesAreRead() {
    #expect(PixelRectangle("64x48+10+0") == PixelRectangle(x: 10, y: 0, width: 64, height: 48))
    for text in [
      "64x48", "64x48+1", "64x48+-1+2", "0x4+1+1", "64+1+1", "64x48x2+1+1", "ax4+1+1", "9999999999999999999x1+0+0",
    ] {
      #expect(PixelRectangle(text) == nil, "\(text)")
    }
    let box = PixelRectangle(x: 3, y: 4, width: 5, height: 6)
    #expect(box.description == "5x6+3+4" && box.isInside(width: 8, height: 10))
    #expect(!box.isInside(width: 7, height: 10) && !box.isInside(width: 8, height: 9))
    #expect(!PixelRectangle(x: .max, y: 0, width: 2, height: 2).isInside(width: 100, height: 100))
  }

  @Test func cropsShowTheirBoxes() throws {
    try withPhoto(width: 48, height: 40) { path in
      let images = try FigureImages(target: path, input: nil, task: .x2, sigma: 0)
      let models = [FigureModel(label: "small", model: smallModel(.x2))]
      let box = PixelRectangle(x: 10, y: 6, width: 16, height: 12)
      let figure = try CropFigure(images, models: models, boxes: [box], scoring: .image)
      #expect(figure.rows.map(\.model) == ["Bicubic", "small"] && figure.rows.allSatisfy { $0.box == "16x12+10+6" })
      let target = try ImageFile.read(path)
      let baseline = RestorationTask.x2.baseline(Image(images.input))
      let score = RestorationTask.x2.score(baseline, against: target)
      #expect(figure.rows[0].psnr == score.psnr && figure.rows[0].ssim == score.ssim)
      // The crop of the target is an image of the page, enlarged by a whole number.
      let crops = figure.page.elements.compactMap { element -> (Image, Rectangle)? in
        if case .image(let image, let place) = element { (image, place) } else { nil }
      }
      #expect(crops.count == 4)
      #expect(crops[1].0 == target.cropped(x: 10, y: 6, width: 16, height: 12))
      #expect(crops[1].1.width == 160 && crops[1].1.height == 120)
      #expect(crops[2].0 == baseline.cropped(x: 10, y: 6, width: 16, height: 12))
      let ofCrops = try CropFigure(images, models: models, boxes: [box], scoring: .crop)
      #expect(ofCrops.rows[0].psnr != score.psnr)
      expectInputError("--box: expected a box inside the image of 48x40, found 16x12+33+6") {
        try CropFigure(
          images, models: models, boxes: [PixelRectangle(x: 33, y: 6, width: 16, height: 12)], scoring: .image)
      }
    }
  }

  @Test func inputsAreMadeOrChecked() throws {
    try withPhoto(width: 49, height: 40) { path in
      let images = try FigureImages(target: path, input: nil, task: .x2, sigma: 0)
      #expect(images.input.shape == [20, 24, 3] && images.target?.width == 48)
      let noisy = try FigureImages(target: path, input: nil, task: .dn, sigma: 25)
      #expect(noisy.input.shape == [40, 49, 3] && noisy.input.array != noisy.target!.tensor().array)
      let gray = try FigureImages(target: path, input: nil, task: .graydn, sigma: 0)
      #expect(gray.input.shape == [40, 49, 1])
      let alone = try FigureImages(target: nil, input: path, task: .x2, sigma: 0)
      #expect(alone.target == nil && alone.outputWidth == 98 && alone.shown.width == 98)
      let part = try images.cropped(to: PixelRectangle(x: 5, y: 4, width: 21, height: 20))
      #expect(part.input.shape == [10, 11, 3] && part.target?.width == 22 && part.target?.height == 20)
      #expect(part.target == images.target?.cropped(x: 4, y: 4, width: 22, height: 20))
      expectInputError("--area") { try images.cropped(to: PixelRectangle(x: 40, y: 0, width: 20, height: 20)) }
      expectInputError("--area: expected at least 16 pixels a side") {
        try images.cropped(to: PixelRectangle(x: 4, y: 0, width: 4, height: 20))
      }
      expectInputError("--input: expected the photo that a model for lle gets") {
        try FigureImages(target: path, input: nil, task: .lle, sigma: 0)
      }
      expectInputError("at most 24 x 20 pixels") {
        try FigureImages(target: path, input: path, task: .x2, sigma: 0)
      }
      expectInputError("missing.png") { try FigureImages(target: "missing.png", input: nil, task: .x2, sigma: 0) }
    }
    try withPhoto(width: 12, height: 40) { path in
      expectInputError("at least 16 pixels a side") { try FigureImages(target: path, input: nil, task: .x2, sigma: 0) }
    }
  }
}
