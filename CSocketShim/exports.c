// Emits every inline and every constant of the headers as a symbol, for languages that cannot read C headers.
#include "csocket/platform.h"
#undef CSOCK_INLINE
#define CSOCK_INLINE CSOCK_API
#define CSOCK_DEFINE_CONSTANTS
#include "CSocketShim.h"
