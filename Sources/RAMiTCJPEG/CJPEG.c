#include "CJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
/* after jpeglib.h */
#include <jerror.h>

typedef struct {
  struct jpeg_error_mgr base; /* first: libjpeg sees only this */
  jmp_buf escape;
  char *message, *warning;
  int ends_early; /* the data ended where a marker or pixels were due */
} errors;

static void stop(errors *e, const char *text) {
  strncpy(e->message, text, cjpeg_message_size - 1);
  e->message[cjpeg_message_size - 1] = 0;
  longjmp(e->escape, 1);
}

static void fail(j_common_ptr codec) {
  char text[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, text);
  stop((errors *)codec->err, text);
}

/* Level -1 is a warning; the first is kept. Pixels that are missing because the file ends are an error. */
static void warn(j_common_ptr codec, int level) {
  if (level >= 0) return;
  errors *e = (errors *)codec->err;
  e->base.num_warnings++;
  if (codec->err->msg_code == JWRN_JPEG_EOF) e->ends_early = 1;
  if (codec->err->msg_code == JWRN_HIT_MARKER && e->ends_early) stop(e, "the file ends early");
  if (!e->warning || e->warning[0]) return;
  char text[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, text);
  strncpy(e->warning, text, cjpeg_message_size - 1);
  e->warning[cjpeg_message_size - 1] = 0;
}

/* Whether a file that ended early lacks scans: those of a component, or those that refine a progressive image. */
static int lacks_scans(j_decompress_ptr codec) {
  if (codec->arith_code) return 1; /* its decoder does not tell where the data ended */
  for (int c = 0; c < codec->num_components; c++) {
    if (!codec->comp_info[c].quant_table) return 1; /* set when the component's first scan begins */
    for (int k = 0; codec->progressive_mode && codec->coef_bits && k < DCTSIZE2; k++) {
      if (codec->coef_bits[c][k] != 0) return 1;
    }
  }
  return 0;
}

/* A progressive file may hold any number of scans, each costing a pass over the image. */
static void limit_scans(j_common_ptr codec) {
  if (((j_decompress_ptr)codec)->input_scan_number > 100) {
    stop((errors *)codec->err, "more than 100 scans");
  }
}

static void set_up(errors *e, char *warning, char *message) {
  memset(e, 0, sizeof *e);
  jpeg_std_error(&e->base);
  e->base.error_exit = fail;
  e->base.emit_message = warn;
  e->message = message;
  e->warning = warning;
}

static int read_jpeg(const uint8_t *data, size_t size, cjpeg_info *found, const cjpeg_info *expected, uint32_t first,
                     uint32_t count, uint8_t *pixels, char *warning, char *message) {
  struct jpeg_decompress_struct codec;
  struct jpeg_progress_mgr progress = {.progress_monitor = limit_scans};
  errors e;
  uint8_t *volatile row = NULL;
  set_up(&e, warning, message);
  codec.err = &e.base;
  if (setjmp(e.escape)) {
    jpeg_destroy_decompress(&codec);
    free(row);
    return -1;
  }
  jpeg_create_decompress(&codec);
  codec.progress = &progress;
  jpeg_mem_src(&codec, data, size);
  jpeg_read_header(&codec, TRUE);
  int is_cmyk = codec.jpeg_color_space == JCS_CMYK || codec.jpeg_color_space == JCS_YCCK;
  int is_gray = codec.jpeg_color_space == JCS_GRAYSCALE;
  codec.out_color_space = is_cmyk ? JCS_CMYK : is_gray ? JCS_GRAYSCALE : JCS_RGB;
  found->width = codec.image_width;
  found->height = codec.image_height;
  found->channels = is_gray ? 1 : 3;
  found->is_cmyk = is_cmyk;
  /* Huffman codes give a block of 64 pixels a bit at least: a header that promises more is refused before memory is
     taken. */
  if (!codec.arith_code && (uint64_t)found->width * found->height / 512 > size) stop(&e, "the file ends early");
  if (pixels) {
    if (found->width != expected->width || found->height != expected->height || found->channels != expected->channels) {
      stop(&e, "the header changed");
    }
    jpeg_start_decompress(&codec);
    if (e.ends_early && lacks_scans(&codec)) stop(&e, "the file ends early");
    size_t stride = (size_t)found->width * found->channels;
    uint32_t end = first + count;
    if (is_cmyk || first) row = malloc((size_t)found->width * 4);
    while (codec.output_scanline < end) {
      /* Rows above the first are decoded and dropped. */
      int is_needed = codec.output_scanline >= first;
      uint8_t *target = is_needed ? pixels + (codec.output_scanline - first) * stride : NULL;
      JSAMPROW line = is_cmyk || !is_needed ? row : target;
      if (!line) stop(&e, "out of memory");
      jpeg_read_scanlines(&codec, &line, 1);
      for (uint32_t x = 0; is_needed && is_cmyk && x < found->width; x++) {
        /* Adobe stores the inks inverted; other readers take them as inverted also where its marker is missing. */
        const uint8_t *ink = row + 4 * x;
        for (int c = 0; c < 3; c++) {
          target[3 * x + c] = (uint8_t)((ink[c] * ink[3] + 127) / 255);
        }
      }
    }
    if (end == codec.output_height) jpeg_finish_decompress(&codec);
    if (e.ends_early && codec.arith_code) stop(&e, "the file ends early");
    free(row);
  }
  jpeg_destroy_decompress(&codec);
  return 0;
}

int cjpeg_read_info(const uint8_t *data, size_t size, cjpeg_info *info, char *message) {
  return read_jpeg(data, size, info, NULL, 0, 0, NULL, NULL, message);
}

int cjpeg_read_pixels(const uint8_t *data, size_t size, const cjpeg_info *info, uint32_t first, uint32_t count,
                      uint8_t *pixels, char *warning, char *message) {
  cjpeg_info found;
  return read_jpeg(data, size, &found, info, first, count, pixels, warning, message);
}

int cjpeg_write(const cjpeg_info *image, const uint8_t *pixels, int quality, uint8_t **file, size_t *size,
                char *message) {
  struct jpeg_compress_struct codec;
  errors e;
  unsigned char *out = NULL;
  unsigned long count = 0;
  set_up(&e, NULL, message);
  codec.err = &e.base;
  if (setjmp(e.escape)) {
    jpeg_destroy_compress(&codec);
    free(out);
    return -1;
  }
  jpeg_create_compress(&codec);
  jpeg_mem_dest(&codec, &out, &count);
  codec.image_width = image->width;
  codec.image_height = image->height;
  codec.input_components = image->channels;
  codec.in_color_space = image->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&codec);
  jpeg_set_quality(&codec, quality, TRUE);
  if (quality >= 90) codec.comp_info[0].h_samp_factor = codec.comp_info[0].v_samp_factor = 1;
  jpeg_start_compress(&codec, TRUE);
  while (codec.next_scanline < codec.image_height) {
    JSAMPROW line = (JSAMPROW)(pixels + (size_t)codec.next_scanline * image->width * image->channels);
    jpeg_write_scanlines(&codec, &line, 1);
  }
  jpeg_finish_compress(&codec);
  jpeg_destroy_compress(&codec);
  *file = out;
  *size = count;
  return 0;
}
