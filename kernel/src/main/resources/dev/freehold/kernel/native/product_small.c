// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0

// Products of the types with blocks of 32 columns. (Two files, so that two processors can compile.)

#include "layout.h"

#include LANES_HEADER
#include "product.h"

KERNELS(Q8_0)
KERNELS(Q4_0)
KERNELS(Q4_1)
KERNELS(Q5_0)
KERNELS(Q5_1)
