#ifndef CJPEG_H
#define CJPEG_H

#include <stddef.h>
#include <stdint.h>

/* libjpeg reports errors through a function that must not return; these calls contain the longjmp. They return 0 on
   success, or -1 with a message. */

typedef struct {
  uint32_t width, height;
  int channels; /* 1 gray, 3 RGB */
  int is_cmyk;  /* stored as inks; read as RGB */
} cjpeg_info;

enum { cjpeg_message_size = 256 };

/* Reads the header. */
int cjpeg_read_info(const uint8_t *data, size_t size, cjpeg_info *info, char *message);

/* Reads the pixels of `count` rows from `first` on: interleaved, top first, of 8 bits. `pixels` holds
   width * count * channels bytes. A file that ends before these rows do is an error; of other damage the first warning
   is left in `warning`, which is empty before. What lies below the rows is not read. */
int cjpeg_read_pixels(const uint8_t *data, size_t size, const cjpeg_info *info, uint32_t first, uint32_t count,
                      uint8_t *pixels, char *warning, char *message);

/* Writes an image; from quality 90 on without chroma subsampling. *file is to be freed with free(). */
int cjpeg_write(
    const cjpeg_info *info, const uint8_t *pixels, int quality, uint8_t **file, size_t *size, char *message);

#endif
