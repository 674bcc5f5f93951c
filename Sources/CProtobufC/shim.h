#ifndef CHATRPC_CPROTOBUFC_SHIM_H
#define CHATRPC_CPROTOBUFC_SHIM_H

// The library's own header is all that Swift needs: every function used is an ordinary one.
#include <protobuf-c/protobuf-c.h>

#endif
