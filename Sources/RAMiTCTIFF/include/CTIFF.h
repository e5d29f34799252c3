#ifndef CTIFF_H
#define CTIFF_H

#include <stddef.h>
#include <stdint.h>
#include <tiffio.h>

/* libtiff's tags are read by functions with a variable number of arguments, and so are its messages formatted: Swift
   cannot call these. */

enum { ctiff_message_size = 256 };

/* A file in memory; it must outlive the TIFF that is opened on it. */
typedef struct {
  const uint8_t *bytes;
  uint64_t size, position;
  char message[ctiff_message_size]; /* the first error since it was last emptied; warnings are dropped */
} ctiff_source;

/* Opens a file for reading, at its first directory. No single allocation of the library is larger than `most` bytes. */
TIFF *ctiff_open(ctiff_source *source, int64_t most);

/* Whether the library was built with this compression, and is safe with files from anywhere: JBIG is not. */
int ctiff_decodes(uint16_t compression);

/* These return 0 where the directory has no such tag, and the tag no default value. */
int ctiff_get_uint16(TIFF *tiff, uint32_t tag, uint16_t *value);
int ctiff_get_uint32(TIFF *tiff, uint32_t tag, uint32_t *value);
int ctiff_get_float(TIFF *tiff, uint32_t tag, float *value);
/* The arrays belong to the library, until the next directory is read. */
int ctiff_get_list(TIFF *tiff, uint32_t tag, uint16_t *count, const void **values);
int ctiff_get_block(TIFF *tiff, uint32_t tag, uint32_t *count, const void **bytes);
int ctiff_get_color_map(TIFF *tiff, const uint16_t **red, const uint16_t **green, const uint16_t **blue);

int ctiff_set_int(TIFF *tiff, uint32_t tag, int value);

#endif
