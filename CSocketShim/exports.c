// Emits every inline of the headers as a symbol of the library, for languages that cannot read C headers.
#include "csocket/platform.h"
#undef CSOCK_INLINE
#define CSOCK_INLINE CSOCK_API
#include "CSocketShim.h"
