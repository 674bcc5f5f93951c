// zlib, for the compression of messages. pkg-config says where the header is.
#pragma once

#include <zlib.h>
