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

// A communication under way, which lets the caller do something else until it is done.
struct cmpi_request {
  MPI_Request request;
};

static inline int cmpi_test(struct cmpi_request *request, int *is_done) {
  return MPI_Test(&request->request, is_done, MPI_STATUS_IGNORE);
}

// Done when all ranks have come to it.
static inline int cmpi_barrier(struct cmpi_request *request) {
  return MPI_Ibarrier(MPI_COMM_WORLD, &request->request);
}

// counts[rank] bytes or floats of each rank, from starts[rank] on, to all; each rank's own are in their place. What is
// sent and received, and the counts, must stay where they are until it is done: so in the others below.
static inline int cmpi_gather_bytes(
    void *bytes, const int *counts, const int *starts, struct cmpi_request *request) {
  return MPI_Iallgatherv(
      MPI_IN_PLACE, 0, MPI_BYTE, bytes, counts, starts, MPI_BYTE, MPI_COMM_WORLD, &request->request);
}

static inline int cmpi_gather_floats(
    float *values, const int *counts, const int *starts, struct cmpi_request *request) {
  return MPI_Iallgatherv(
      MPI_IN_PLACE, 0, MPI_FLOAT, values, counts, starts, MPI_FLOAT, MPI_COMM_WORLD, &request->request);
}

// From rank 0 to all.
static inline int cmpi_broadcast_bytes(void *bytes, int count, struct cmpi_request *request) {
  return MPI_Ibcast(bytes, count, MPI_BYTE, 0, MPI_COMM_WORLD, &request->request);
}

static inline int cmpi_exchange_floats(
    const float *sent, const int *sent_counts, const int *sent_starts, float *received, const int *received_counts,
    const int *received_starts, struct cmpi_request *request) {
  return MPI_Ialltoallv(
      sent, sent_counts, sent_starts, MPI_FLOAT, received, received_counts, received_starts, MPI_FLOAT,
      MPI_COMM_WORLD, &request->request);
}

static inline int cmpi_abort(int code) { return MPI_Abort(MPI_COMM_WORLD, code); }

// Called when all ranks are there. MPICH over UCX waits in MPI_Finalize for answers of ranks that do not answer any
// more once they have gone further there: a barrier that waits in MPI lets all enter it at the same time.
static inline int cmpi_finish(void) {
  int code = MPI_Barrier(MPI_COMM_WORLD);
  return code != MPI_SUCCESS ? code : MPI_Finalize();
}

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
