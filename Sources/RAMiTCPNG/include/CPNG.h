#ifndef CPNG_H
#define CPNG_H

#include <stddef.h>
#include <stdint.h>

/* libpng reports errors by longjmp, which must not cross Swift frames: these calls contain it. They return 0 on
   success, or -1 with a message. */

typedef struct {
  uint32_t width, height;
  int channels; /* 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha; after palettes and transparency are expanded */
  int depth;    /* 8 or 16; smaller depths are expanded */
} cpng_info;

enum { cpng_message_size = 128 };

/* Reads the header. */
int cpng_read_info(const uint8_t *data, size_t size, cpng_info *info, char *message);

/* Reads the pixels of `count` rows from `first` on: interleaved, top first, 16-bit samples in the machine's order.
   `pixels` holds width * count * channels * depth / 8 bytes, by the sizes that cpng_read_info gave. What lies below the
   rows is not read; an interlaced image is read as a whole only. With all rows, `warning`, empty before, gets a text
   when the pixels are there but their checksum or what follows them is wrong. */
int cpng_read_pixels(const uint8_t *data, size_t size, const cpng_info *info, uint32_t first, uint32_t count,
                     uint8_t *pixels, char *warning, char *message);

/* Writes an image; *file is to be freed with free(). */
int cpng_write(const cpng_info *info, const uint8_t *pixels, uint8_t **file, size_t *size, char *message);

#endif
