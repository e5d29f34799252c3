#include "CPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  jmp_buf escape;
  char *message, *warning;
  volatile int has_pixels;
  const uint8_t *data;
  size_t size, position;
  uint8_t *out;
  size_t out_size, out_capacity;
} context;

/* The first one after the pixels is kept: their checksum, or what follows it, is wrong. */
static void warn(png_structp png, png_const_charp text) {
  context *c = png_get_error_ptr(png);
  if (!c->has_pixels || !c->warning || c->warning[0]) return;
  strncpy(c->warning, text, cpng_message_size - 1);
  c->warning[cpng_message_size - 1] = 0;
}

static void fail(png_structp png, png_const_charp text) {
  context *c = png_get_error_ptr(png);
  /* The pixels are whole: what is wrong behind them is worth a warning. */
  if (c->has_pixels) {
    warn(png, text);
    longjmp(c->escape, 1);
  }
  strncpy(c->message, text, cpng_message_size - 1);
  c->message[cpng_message_size - 1] = 0;
  longjmp(c->escape, 1);
}

static void take(png_structp png, png_bytep target, size_t count) {
  context *c = png_get_io_ptr(png);
  if (count > c->size - c->position) png_error(png, "the file ends early");
  memcpy(target, c->data + c->position, count);
  c->position += count;
}

static void give(png_structp png, png_bytep source, size_t count) {
  context *c = png_get_io_ptr(png);
  if (c->out_size + count > c->out_capacity) {
    size_t capacity = 2 * (c->out_size + count);
    uint8_t *grown = realloc(c->out, capacity);
    if (!grown) png_error(png, "out of memory");
    c->out = grown;
    c->out_capacity = capacity;
  }
  memcpy(c->out + c->out_size, source, count);
  c->out_size += count;
}

static void flush(png_structp png) { (void)png; }

/* Reads the header and asks for 8 or 16 bits of gray or RGB, with or without alpha. */
static void begin(png_structp png, png_infop info, cpng_info *result) {
  png_set_user_limits(png, 1000000, 1000000);
  png_set_chunk_cache_max(png, 64);
  png_set_chunk_malloc_max(png, 16 << 20);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
  png_read_info(png, info);
  png_set_expand(png);
  uint16_t one = 1;
  if (*(uint8_t *)&one) png_set_swap(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  result->width = png_get_image_width(png, info);
  result->height = png_get_image_height(png, info);
  result->channels = png_get_channels(png, info);
  result->depth = png_get_bit_depth(png, info);
}

static int read_png(const uint8_t *data, size_t size, cpng_info *found, const cpng_info *expected, uint32_t first,
                    uint32_t count, uint8_t *pixels, char *warning, char *message) {
  context c = {.message = message, .warning = warning, .data = data, .size = size};
  /* Pointers to all rows, or a row that is not wanted. */
  void *volatile memory = NULL;
  png_infop volatile info = NULL;
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &c, fail, warn);
  if (!png) return -1;
  if (setjmp(c.escape)) {
    png_infop held = info;
    png_destroy_read_struct(&png, held ? &held : NULL, NULL);
    free(memory);
    return c.has_pixels ? 0 : -1;
  }
  info = png_create_info_struct(png);
  if (!info) png_error(png, "out of memory");
  png_set_read_fn(png, &c, take);
  begin(png, info, found);
  if (pixels) {
    if (memcmp(found, expected, sizeof *found) != 0) png_error(png, "the header changed");
    size_t stride = png_get_rowbytes(png, info);
    int is_whole = count == found->height;
    if (!is_whole && png_get_interlace_type(png, info) != PNG_INTERLACE_NONE) png_error(png, "rows of several passes");
    memory = malloc(is_whole ? count * sizeof(png_bytep) : stride);
    if (!memory) png_error(png, "out of memory");
    if (is_whole) {
      png_bytepp rows = memory;
      for (uint32_t y = 0; y < count; y++) rows[y] = pixels + y * stride;
      png_read_image(png, rows);
      c.has_pixels = 1;
      png_read_end(png, NULL); /* checks the checksum of the pixels */
    } else {
      for (uint32_t y = 0; y < first; y++) png_read_row(png, memory, NULL);
      for (uint32_t y = 0; y < count; y++) png_read_row(png, pixels + y * stride, NULL);
    }
    free(memory);
    memory = NULL;
  }
  png_infop held = info;
  png_destroy_read_struct(&png, &held, NULL);
  return 0;
}

int cpng_read_info(const uint8_t *data, size_t size, cpng_info *info, char *message) {
  memset(info, 0, sizeof *info);
  return read_png(data, size, info, NULL, 0, 0, NULL, NULL, message);
}

int cpng_read_pixels(const uint8_t *data, size_t size, const cpng_info *info, uint32_t first, uint32_t count,
                     uint8_t *pixels, char *warning, char *message) {
  cpng_info found;
  memset(&found, 0, sizeof found);
  return read_png(data, size, &found, info, first, count, pixels, warning, message);
}

int cpng_write(const cpng_info *image, const uint8_t *pixels, uint8_t **file, size_t *size, char *message) {
  static const int types[] = {0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                              PNG_COLOR_TYPE_RGB_ALPHA};
  context c = {.message = message};
  png_infop volatile info = NULL;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &c, fail, warn);
  if (!png) return -1;
  if (setjmp(c.escape)) {
    png_infop held = info;
    png_destroy_write_struct(&png, held ? &held : NULL);
    free(c.out);
    return -1;
  }
  info = png_create_info_struct(png);
  if (!info) png_error(png, "out of memory");
  png_set_write_fn(png, &c, give, flush);
  png_set_IHDR(png, info, image->width, image->height, image->depth, types[image->channels], PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  uint16_t one = 1;
  if (*(uint8_t *)&one) png_set_swap(png);
  size_t stride = (size_t)image->width * image->channels * (image->depth / 8);
  for (uint32_t y = 0; y < image->height; y++) png_write_row(png, pixels + y * stride);
  png_write_end(png, info);
  png_infop held = info;
  png_destroy_write_struct(&png, &held);
  *file = c.out;
  *size = c.out_size;
  return 0;
}
