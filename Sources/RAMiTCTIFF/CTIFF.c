#include "CTIFF.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int keep(TIFF *tiff, void *data, const char *module, const char *format, va_list arguments) {
  (void)tiff, (void)module;
  ctiff_source *source = data;
  if (!source->message[0]) vsnprintf(source->message, sizeof source->message, format, arguments);
  return 1;
}

static int drop(TIFF *tiff, void *data, const char *module, const char *format, va_list arguments) {
  (void)tiff, (void)data, (void)module, (void)format, (void)arguments;
  return 1;
}

static tmsize_t take(thandle_t handle, void *target, tmsize_t count) {
  ctiff_source *source = handle;
  if (count < 0 || source->position > source->size) return 0;
  uint64_t rest = source->size - source->position;
  if ((uint64_t)count > rest) count = (tmsize_t)rest;
  memcpy(target, source->bytes + source->position, (size_t)count);
  source->position += (uint64_t)count;
  return count;
}

static tmsize_t give(thandle_t handle, void *bytes, tmsize_t count) {
  (void)handle, (void)bytes, (void)count;
  return 0;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
  ctiff_source *source = handle;
  uint64_t from = whence == SEEK_CUR ? source->position : whence == SEEK_END ? source->size : 0;
  source->position = from + offset;
  return source->position;
}

static int leave(thandle_t handle) { return (void)handle, 0; }
static toff_t size(thandle_t handle) { return ((ctiff_source *)handle)->size; }

static int map(thandle_t handle, void **base, toff_t *size) {
  ctiff_source *source = handle;
  *base = (void *)source->bytes;
  *size = source->size;
  return 1;
}

static void unmap(thandle_t handle, void *base, toff_t size) { (void)handle, (void)base, (void)size; }

TIFF *ctiff_open(ctiff_source *source, int64_t most) {
  /* What the library says without knowing of which file goes nowhere. */
  TIFFSetErrorHandler(NULL);
  TIFFSetWarningHandler(NULL);
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  if (!options) return NULL;
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, most);
  TIFFOpenOptionsSetErrorHandlerExtR(options, keep, source);
  TIFFOpenOptionsSetWarningHandlerExtR(options, drop, source);
  TIFF *tiff = TIFFClientOpenExt("", "r", source, take, give, seek, leave, size, map, unmap, options);
  TIFFOpenOptionsFree(options);
  return tiff;
}

int ctiff_get_uint16(TIFF *tiff, uint32_t tag, uint16_t *value) { return TIFFGetFieldDefaulted(tiff, tag, value); }
int ctiff_get_uint32(TIFF *tiff, uint32_t tag, uint32_t *value) { return TIFFGetFieldDefaulted(tiff, tag, value); }
int ctiff_get_float(TIFF *tiff, uint32_t tag, float *value) { return TIFFGetFieldDefaulted(tiff, tag, value); }

int ctiff_get_list(TIFF *tiff, uint32_t tag, uint16_t *count, const void **values) {
  return TIFFGetField(tiff, tag, count, values);
}

int ctiff_get_block(TIFF *tiff, uint32_t tag, uint32_t *count, const void **bytes) {
  return TIFFGetField(tiff, tag, count, bytes);
}

int ctiff_get_color_map(TIFF *tiff, const uint16_t **red, const uint16_t **green, const uint16_t **blue) {
  return TIFFGetField(tiff, TIFFTAG_COLORMAP, red, green, blue);
}

int ctiff_set_int(TIFF *tiff, uint32_t tag, int value) { return TIFFSetField(tiff, tag, value); }

#ifdef RAMIT_WITHOUT_JBIG
/* The library's function of this name leads to libjbig, whose licence is the GPL. Where this one stands, a linker
   leaves both out of a program that holds the library (`make dist`). */
int TIFFInitJBIG(TIFF *tiff, int scheme) { return (void)tiff, (void)scheme, 1; }
#endif

int ctiff_decodes(uint16_t compression) {
  /* libjbig allocates what the header of a stream says, terabytes if need be, and ends the process if that fails. */
  return compression != COMPRESSION_JBIG && TIFFIsCODECConfigured(compression);
}
