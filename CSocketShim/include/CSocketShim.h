#ifndef CSOCKETSHIM_H
#define CSOCKETSHIM_H
#include "csocket/address.h"
#endif
