#include "CWeights.h"

/* Of C23; Swift's compiler has it in every version of C. */
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char x2[] = {
#embed "weights/x2.safetensors"
};
static const unsigned char x3[] = {
#embed "weights/x3.safetensors"
};
static const unsigned char x4[] = {
#embed "weights/x4.safetensors"
};
static const unsigned char x2_photo[] = {
#embed "weights/x2-photo.safetensors"
};
static const unsigned char dn[] = {
#embed "weights/dn.safetensors"
};
static const unsigned char graydn[] = {
#embed "weights/graydn.safetensors"
};
static const unsigned char dr[] = {
#embed "weights/dr.safetensors"
};
static const unsigned char lle[] = {
#embed "weights/lle.safetensors"
};

/* In the order in which they are listed. */
static const cweights_file files[] = {
  {"x2", x2, sizeof x2},
  {"x3", x3, sizeof x3},
  {"x4", x4, sizeof x4},
  {"x2-photo", x2_photo, sizeof x2_photo},
  {"dn", dn, sizeof dn},
  {"graydn", graydn, sizeof graydn},
  {"dr", dr, sizeof dr},
  {"lle", lle, sizeof lle},
};

size_t cweights_count(void) { return sizeof files / sizeof files[0]; }

cweights_file cweights_at(size_t index) { return files[index]; }
