import RAMiTOperationTestSupport
import Testing

/// Operations that only move elements, against plain loops. Odd sizes again: runs that fill no whole vectors, tiles
/// that are not full.
@Suite struct ShapeOperationTests {
  @Test(arguments: [
    OperationCheck.reshaping([2, 3, 4, 5], [6, -1], to: [6, 20]), .reshaping([7], [7, 1, 1], to: [7, 1, 1]),
    .reshaping([1, 1], [], to: []), .reshaping([2, 3], [2, 3], to: [2, 3]),
    .permuting([2, 3, 5, 7], [0, 3, 1, 2]), .permuting([2, 3, 5, 7], [-4, 2, 3, 1]),
    .permuting([2, 3, 5, 7], [3, 2, 1, 0]),
    .permuting([2, 7, 3, 4, 5], [2, 0, 3, 1, 4]), .permuting([1, 7, 1, 5], [2, 1, 0, 3]),
    .permuting([19, 35], [1, 0]),
    .permuting([3, 35, 40], [0, 2, 1]), .permuting([37, 2], [1, 0]), .permuting([3, 50], [1, 0]), .permuting([], []),
    .permuting([4, 1, 6, 3, 2], [0, 1, 3, 4, 2]), .permuting([16, 4, 5, 16], [3, 1, 2, 0]),
    .flipping([2, 3, 5, 4], [1]), .flipping([2, 3, 5, 4], [-1, 0]), .flipping([2, 3, 5, 4], [2, 1, 3]),
    .flipping([1], [0]),
    .rolling([2, 5, 7, 3], [2, -3], [1, 2]), .rolling([2, 5, 7, 3], [-11], [-1]), .rolling([7], [0], [0]),
    .rolling([3, 4], [1, 1], [0, 1]),
  ])
  func permutations(_ check: OperationCheck) { #expect(check.faults() == []) }

  @Test(arguments: [
    OperationCheck.slicing([5, 3, 4], axis: 0, 1..<4), .slicing([5, 3, 4], axis: 1, 1..<2),
    .slicing([5, 3, 20], axis: 2, 3..<20),
    .slicing([1, 1, 9, 2], axis: 2, 4..<9), .slicing([5, 3], axis: 1, 0..<3), .slicing([7], axis: 0, 6..<7),
    .splitting([3, 4, 9], axis: 2, sizes: [2, 3, 4]), .splitting([6, 5], axis: 0, sizes: [1, 2, 3]),
    .splitting([2, 5, 3], axis: 1, sizes: [5]), .splitting([2, 5, 3], axis: 1, sizes: [2, 0, 3]),
    .cropping([2, 5, 6, 3], top: 1, left: 2, height: 3, width: 4),
    .cropping([1, 5, 6, 3], top: 0, left: 0, height: 5, width: 6),
    .cropping([2, 5, 6, 1], top: 4, left: 5, height: 1, width: 1),
    .concatenating([[2, 3, 4], [2, 3, 17], [2, 3, 1]], axis: -1), .concatenating([[2, 3, 4], [2, 1, 4]], axis: 1),
    .concatenating([[2, 3], [1, 3], [4, 3]], axis: 0), .concatenating([[2, 3]], axis: 0),
    .stacking([3, 5], 3, axis: 0), .stacking([3, 5], 2, axis: 1),
    .stacking([3, 5], 2, axis: 2), .stacking([], 4, axis: 0),
  ])
  func parts(_ check: OperationCheck) { #expect(check.faults() == []) }

  @Test(arguments: [
    OperationCheck.padding([2, 3, 4, 5], top: 1, bottom: 2, left: 3, right: 1, .zero),
    .padding([2, 3, 4, 5], top: 1, bottom: 2, left: 0, right: 1, .constant(-1.5)),
    .padding([2, 3, 4, 5], top: 2, bottom: 1, left: 3, right: 3, .reflect),
    .padding([1, 2, 2, 20], top: 1, bottom: 1, left: 1, right: 1, .reflect),
    .padding([2, 3, 4, 5], top: 4, bottom: 5, left: 0, right: 9, .replicate),
    .padding([1, 1, 1, 3], top: 2, bottom: 1, left: 2, right: 3, .replicate),
    .padding([2, 3, 4, 5], top: 3, bottom: 2, left: 4, right: 1, .symmetric),
    .padding([2, 3, 2, 3], top: 11, bottom: 7, left: 5, right: 9, .symmetric),
    .padding([1, 1, 1, 2], top: 3, bottom: 0, left: 1, right: 2, .symmetric), .padding([2, 3, 4, 5], .zero),
    .partition([2, 4, 6, 5], height: 2, width: 2), .partition([1, 6, 4, 20], height: 3, width: 4),
    .partition([2, 3, 3, 1], height: 3, width: 3), .partition([2, 3, 3, 4], height: 1, width: 1),
    .merging([12, 4, 5], window: (2, 2), height: 4, width: 6),
    .merging([6, 12, 3], window: (4, 3), height: 4, width: 9),
    .merging([18, 1, 4], window: (1, 1), height: 3, width: 3),
  ])
  func paddingAndWindows(_ check: OperationCheck) { #expect(check.faults() == []) }

  @Test(arguments: [
    OperationCheck.unshuffle([2, 4, 6, 5], 2), .unshuffle([1, 3, 6, 20], 3), .unshuffle([1, 2, 2, 1], 2),
    .unshuffle([2, 3, 2, 3], 1), .gathering([9, 5], axis: 0, indices: [8, 0, 3, 3, 3, 8]),
    .gathering([2, 5, 17], axis: 1, indices: [4, 1]), .gathering([3, 4], axis: -1, indices: [0, 0, 3, 2, 1, 0]),
    .gathering([3, 4], axis: 0, indices: []), .repeating([3, 1, 5], to: [2, 3, 4, 5]), .repeating([1], to: [37]),
    .repeating([], to: [3, 2]), .repeating([2, 1, 1, 3], to: [2, 4, 5, 3]), .repeating([2, 3], to: [2, 3]),
  ])
  func picking(_ check: OperationCheck) { #expect(check.faults() == []) }
}
