// The functions of MPI that Swift calls, with the macros that it cannot import: communicators, types and constants are
// pointers in Open MPI and integers in MPICH, and the Swift source sees neither. All ranks are meant
// (MPI_COMM_WORLD). Every function returns MPI_SUCCESS (0) or MPI's error code.
#pragma once
#include <mpi.h>

// Begins. Errors are returned from now on; otherwise they would end the process.
static inline int cmpi_start(void) {
  int provided;
  int code = MPI_Init_thread(0, 0, MPI_THREAD_FUNNELED, &provided);
  if (code != MPI_SUCCESS) return code;
  if (provided < MPI_THREAD_FUNNELED) return MPI_ERR_OTHER;
  return MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
}

static inline int cmpi_rank(int *rank) { return MPI_Comm_rank(MPI_COMM_WORLD, rank); }

static inline int cmpi_count(int *count) { return MPI_Comm_size(MPI_COMM_WORLD, count); }

// A barrier that lets the caller do something else until all ranks are there.
struct cmpi_barrier {
  MPI_Request request;
};

static inline int cmpi_arrive(struct cmpi_barrier *barrier) { return MPI_Ibarrier(MPI_COMM_WORLD, &barrier->request); }

static inline int cmpi_test(struct cmpi_barrier *barrier, int *is_done) {
  return MPI_Test(&barrier->request, is_done, MPI_STATUS_IGNORE);
}

// counts[rank] bytes or floats of each rank, from starts[rank] on, to all; each rank's own are in their place.
static inline int cmpi_gather_bytes(void *bytes, const int *counts, const int *starts) {
  return MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_BYTE, bytes, counts, starts, MPI_BYTE, MPI_COMM_WORLD);
}

static inline int cmpi_gather_floats(float *values, const int *counts, const int *starts) {
  return MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_FLOAT, values, counts, starts, MPI_FLOAT, MPI_COMM_WORLD);
}

// From rank 0 to all.
static inline int cmpi_broadcast_bytes(void *bytes, int count) {
  return MPI_Bcast(bytes, count, MPI_BYTE, 0, MPI_COMM_WORLD);
}

static inline int cmpi_exchange_floats(
    const float *sent, const int *sent_counts, const int *sent_starts, float *received, const int *received_counts,
    const int *received_starts) {
  return MPI_Alltoallv(
      sent, sent_counts, sent_starts, MPI_FLOAT, received, received_counts, received_starts, MPI_FLOAT,
      MPI_COMM_WORLD);
}

static inline int cmpi_abort(int code) { return MPI_Abort(MPI_COMM_WORLD, code); }

static inline int cmpi_finish(void) { return MPI_Finalize(); }

// What a code means, in `text` of CMPI_TEXT characters.
enum { CMPI_TEXT = MPI_MAX_ERROR_STRING };
static inline int cmpi_error_text(int code, char *text) {
  int count;
  return MPI_Error_string(code, text, &count);
}

// The library and its version, in `text` of CMPI_LIBRARY_TEXT characters.
enum { CMPI_LIBRARY_TEXT = MPI_MAX_LIBRARY_VERSION_STRING };
static inline int cmpi_library(char *text) {
  int count;
  return MPI_Get_library_version(text, &count);
}
