#ifndef CWEIGHTS_H
#define CWEIGHTS_H

#include <stddef.h>

/* The weights that come with the program, compiled into it: the files of the folder weights, byte for byte. */

typedef struct {
  /* What the file is called, without its ending. */
  const char *name;
  const unsigned char *bytes;
  size_t count;
} cweights_file;

size_t cweights_count(void);

/* index: below the count. */
cweights_file cweights_at(size_t index);

#endif
