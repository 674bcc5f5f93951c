// libpq, as the PostgreSQL store uses it. pkg-config says where the header is.
#pragma once

#include <libpq-fe.h>
