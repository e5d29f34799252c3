/// The files of datasets/, made by `make manifests`: a file name without extension, and its text.
let embeddedManifests: [(name: String, text: String)] = [
  (
    "BSD100",
    #"""
    name: BSD100
    title: 100 photos of the Berkeley segmentation data
    use: test
    tasks: [superResolution, denoising]
    count: 100
    page: https://github.com/jbhuang0604/SelfExSR
    cite: Martin et al., A database of human segmented natural images, ICCV 2001
    folders: [B100, BSDS100]
    layouts:
      - targets: HR
        inputs: LR_bicubic/X{scale}
      - targets: GTmod12
        inputs: LRbicx{scale}
      - targets: image_SRF_{scale}/*_HR
        inputs: image_SRF_{scale}/*_LR
      - targets: HQ
      - targets: original
      - targets: .
    """#
  ),
  (
    "BSD68",
    #"""
    name: BSD68
    title: 68 gray photos of the Berkeley segmentation data
    use: test
    tasks: [denoising]
    count: 68
    channels: 1
    page: https://github.com/cszn/FFDNet
    cite: Martin et al., A database of human segmented natural images, ICCV 2001
    layouts:
      - targets: HQ
      - targets: .
    """#
  ),
  (
    "BSDS500",
    #"""
    name: BSDS500
    title: 400 photos of the Berkeley segmentation data, train and test (val holds BSD68's photos)
    use: training
    tasks: [superResolution, denoising]
    count: 400
    page: https://www2.eecs.berkeley.edu/Research/Projects/CS/vision/grouping/resources.html
    cite: Arbelaez et al., Contour detection and hierarchical image segmentation, TPAMI 2011
    folders: [BSD500, BSR]
    layouts:
      - targets: [BSDS500/data/images/train, BSDS500/data/images/test]
      - targets: [data/images/train, data/images/test]
      - targets: [images/train, images/test]
      - targets: [train, test]
    """#
  ),
  (
    "CBSD68",
    #"""
    name: CBSD68
    title: 68 colour photos of the Berkeley segmentation data
    use: test
    tasks: [denoising]
    count: 68
    page: https://github.com/cszn/FFDNet
    cite: Martin et al., A database of human segmented natural images, ICCV 2001
    layouts:
      - targets: HQ
      - targets: .
    """#
  ),
  (
    "DF2K",
    #"""
    name: DF2K
    title: DIV2K and Flickr2K
    use: training
    tasks: [superResolution, denoising]
    count: 3450
    repeat: 18.551
    members: [DIV2K, Flickr2K]
    """#
  ),
  (
    "DFBW",
    #"""
    name: DFBW
    title: DIV2K, Flickr2K, BSDS500 and WED
    use: training
    tasks: [denoising]
    count: 8594
    repeat: 3
    members: [DIV2K, Flickr2K, BSDS500, WED]
    """#
  ),
  (
    "DIV2K-valid",
    #"""
    name: DIV2K-valid
    title: 100 photos of 2K resolution, the validation part
    use: test
    tasks: [superResolution, denoising]
    count: 100
    page: https://data.vision.ee.ethz.ch/cvl/DIV2K/
    cite: Agustsson and Timofte, NTIRE 2017 challenge on single image super-resolution, CVPR workshops 2017
    folders: [DIV2K]
    layouts:
      - targets: DIV2K_valid_HR
        inputs: DIV2K_valid_LR_bicubic/X{scale}
    """#
  ),
  (
    "DIV2K",
    #"""
    name: DIV2K
    title: 800 photos of 2K resolution, the training part
    use: training
    tasks: [superResolution, denoising]
    count: 800
    repeat: 80
    page: https://data.vision.ee.ethz.ch/cvl/DIV2K/
    cite: Agustsson and Timofte, NTIRE 2017 challenge on single image super-resolution, CVPR workshops 2017
    layouts:
      - targets: DIV2K_train_HR
        inputs: DIV2K_train_LR_bicubic/X{scale}
      - targets: HR
        inputs: LR_bicubic/X{scale}
    """#
  ),
  (
    "Flickr2K",
    #"""
    name: Flickr2K
    title: 2,650 photos of 2K resolution
    use: training
    tasks: [superResolution, denoising]
    count: 2650
    page: https://github.com/limbee/NTIRE2017
    cite: Timofte et al., NTIRE 2017 challenge on single image super-resolution, methods and results, CVPR workshops 2017
    layouts:
      - targets: Flickr2K_HR
        inputs: Flickr2K_LR_bicubic/X{scale}
      - targets: HR
        inputs: LR_bicubic/X{scale}
    """#
  ),
  (
    "Kodak24",
    #"""
    name: Kodak24
    title: 24 photos
    use: test
    tasks: [denoising]
    count: 24
    page: https://r0k.us/graphics/kodak/
    cite: Franzen, Kodak lossless true color image suite, 1999
    folders: [Kodak]
    layouts:
      - targets: HQ
      - targets: .
    """#
  ),
  (
    "LOL+VE-LOL",
    #"""
    name: LOL+VE-LOL
    title: LOL and VE-LOL
    use: training
    tasks: [lowLight]
    count: 1785
    repeat: 14.006
    members: [LOL, VE-LOL]
    """#
  ),
  (
    "LOL-test",
    #"""
    name: LOL-test
    title: 15 pairs of dark and bright photos, the test part
    use: test
    tasks: [lowLight]
    count: 15
    page: https://daooshee.github.io/BMVC2018website/
    cite: Wei et al., Deep Retinex decomposition for low-light enhancement, BMVC 2018
    folders: [LOL, LOLdataset, LOL-v1, LOLv1]
    layouts:
      - targets: eval15/high
        inputs: eval15/low
      - targets: test/high
        inputs: test/low
      - targets: HQ
        inputs: LQ
    """#
  ),
  (
    "LOL",
    #"""
    name: LOL
    title: 485 pairs of dark and bright photos, the training part
    use: training
    tasks: [lowLight]
    count: 485
    page: https://daooshee.github.io/BMVC2018website/
    cite: Wei et al., Deep Retinex decomposition for low-light enhancement, BMVC 2018
    folders: [LOLdataset, LOL-v1, LOLv1]
    layouts:
      - targets: our485/high
        inputs: our485/low
      - targets: train/high
        inputs: train/low
    """#
  ),
  (
    "Manga109",
    #"""
    name: Manga109
    title: 109 cover pages
    use: test
    tasks: [superResolution, denoising]
    count: 109
    page: http://www.manga109.org/en/
    cite: Matsui et al., Sketch-based manga retrieval using Manga109 dataset, Multimedia Tools and Applications 2017
    layouts:
      - targets: HR
        inputs: LR_bicubic/X{scale}
      - targets: GTmod12
        inputs: LRbicx{scale}
      - targets: image_SRF_{scale}/*_HR
        inputs: image_SRF_{scale}/*_LR
      - targets: HQ
      - targets: original
      - targets: .
    """#
  ),
  (
    "McMaster",
    #"""
    name: McMaster
    title: 18 images, as TIFF
    use: test
    tasks: [denoising]
    count: 18
    page: https://www4.comp.polyu.edu.hk/~cslzhang/CDM_Dataset.htm
    cite: Zhang et al., Color demosaicking by local directional interpolation and nonlocal adaptive thresholding, 2011
    folders: [McM]
    layouts:
      - targets: HQ
      - targets: .
    """#
  ),
  (
    "Rain100H",
    #"""
    name: Rain100H
    title: 100 pairs of photos with and without heavy rain
    use: test
    tasks: [deraining]
    count: 100
    page: https://github.com/swz30/MPRNet
    cite: Yang et al., Deep joint rain detection and removal from a single image, CVPR 2017
    layouts:
      - targets: test/Rain100H/target
        inputs: test/Rain100H/input
      - targets: target
        inputs: input
      - targets: HQ
        inputs: LQ
      - targets: norain
        inputs: rain
    """#
  ),
  (
    "Rain13K",
    #"""
    name: Rain13K
    title: 13,711 pairs of photos with and without rain, of five synthetic sets
    use: training
    tasks: [deraining]
    count: 13711
    repeat: 1.8234
    page: https://github.com/swz30/MPRNet
    cite: Zamir et al., Multi-stage progressive image restoration, CVPR 2021
    layouts:
      - targets: train/Rain13K/target
        inputs: train/Rain13K/input
      - targets: Rain13K/target
        inputs: Rain13K/input
      - targets: target
        inputs: input
    """#
  ),
  (
    "Set12",
    #"""
    name: Set12
    title: 12 gray images
    use: test
    tasks: [denoising]
    count: 12
    channels: 1
    page: https://github.com/cszn/FFDNet
    cite: Zhang et al., Beyond a Gaussian denoiser, TIP 2017
    layouts:
      - targets: HQ
      - targets: .
    """#
  ),
  (
    "Set14",
    #"""
    name: Set14
    title: 14 images
    use: test
    tasks: [superResolution, denoising]
    count: 14
    gray: [img_003, bridge]
    page: https://github.com/jbhuang0604/SelfExSR
    cite: Zeyde et al., On single image scale-up using sparse-representations, 2010
    layouts:
      - targets: HR
        inputs: LR_bicubic/X{scale}
      - targets: GTmod12
        inputs: LRbicx{scale}
      - targets: image_SRF_{scale}/*_HR
        inputs: image_SRF_{scale}/*_LR
      - targets: HQ
      - targets: original
      - targets: .
    """#
  ),
  (
    "Set5",
    #"""
    name: Set5
    title: 5 images
    use: test
    tasks: [superResolution, denoising]
    count: 5
    page: https://github.com/jbhuang0604/SelfExSR
    cite: Bevilacqua et al., Low-complexity single-image super-resolution, BMVC 2012
    layouts:
      - targets: HR
        inputs: LR_bicubic/X{scale}
      - targets: GTmod12
        inputs: LRbicx{scale}
      - targets: image_SRF_{scale}/*_HR
        inputs: image_SRF_{scale}/*_LR
      - targets: HQ
      - targets: original
      - targets: .
    """#
  ),
  (
    "Test100",
    #"""
    name: Test100
    title: 100 pairs of photos with and without rain
    use: test
    tasks: [deraining]
    count: 100
    page: https://github.com/swz30/MPRNet
    cite: Zhang et al., Image de-raining using a conditional generative adversarial network, TCSVT 2020
    layouts:
      - targets: test/Test100/target
        inputs: test/Test100/input
      - targets: target
        inputs: input
      - targets: HQ
        inputs: LQ
      - targets: norain
        inputs: rain
    """#
  ),
  (
    "Urban100",
    #"""
    name: Urban100
    title: 100 photos of buildings
    use: test
    tasks: [superResolution, denoising]
    count: 100
    page: https://github.com/jbhuang0604/SelfExSR
    cite: Huang et al., Single image super-resolution from transformed self-exemplars, CVPR 2015
    layouts:
      - targets: HR
        inputs: LR_bicubic/X{scale}
      - targets: GTmod12
        inputs: LRbicx{scale}
      - targets: image_SRF_{scale}/*_HR
        inputs: image_SRF_{scale}/*_LR
      - targets: HQ
      - targets: original
      - targets: .
    """#
  ),
  (
    "VE-LOL-cap",
    #"""
    name: VE-LOL-cap
    title: 100 captured pairs of dark and bright photos, the test part of VE-LOL
    use: test
    tasks: [lowLight]
    count: 100
    page: https://flyywh.github.io/IJCV2021LowLight_VELOL/
    cite: Liu et al., Benchmarking low-light image enhancement and beyond, IJCV 2021
    folders: [VE-LOL, VE-LOL-L, VELOL, VELOL-cap]
    layouts:
      - targets: VE-LOL-L-Cap-Full/VE-LOL-L-Cap-Normal_test
        inputs: VE-LOL-L-Cap-Full/VE-LOL-L-Cap-Low_test
      - targets: HQ
        inputs: LQ
    """#
  ),
  (
    "VE-LOL",
    #"""
    name: VE-LOL
    title: 1,300 pairs of dark and bright photos, 400 captured and 900 made, the training parts
    use: training
    tasks: [lowLight]
    count: 1300
    page: https://flyywh.github.io/IJCV2021LowLight_VELOL/
    cite: Liu et al., Benchmarking low-light image enhancement and beyond, IJCV 2021
    folders: [VE-LOL-L, VELOL]
    layouts:
      - targets: [VE-LOL-L-Cap-Full/VE-LOL-L-Cap-Normal_train, VE-LOL-L-Syn/VE-LOL-L-Syn-Normal_train]
        inputs: [VE-LOL-L-Cap-Full/VE-LOL-L-Cap-Low_train, VE-LOL-L-Syn/VE-LOL-L-Syn-Low_train]
    """#
  ),
  (
    "WED",
    #"""
    name: WED
    title: 4,744 pristine photos of the Waterloo Exploration Database
    use: training
    tasks: [superResolution, denoising]
    count: 4744
    page: https://ivc.uwaterloo.ca/database/WaterlooExploration.html
    cite: Ma et al., Waterloo Exploration Database, TIP 2017
    folders: [WaterlooED, WED4744]
    layouts:
      - targets: exploration_database_and_code/pristine_images
      - targets: pristine_images
      - targets: .
    """#
  ),
]
