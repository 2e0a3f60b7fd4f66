#ifndef QRLOGIN_CLIENT_H_
#define QRLOGIN_CLIENT_H_

/// @file
/// The whole client: both kinds of callers, their errors, and PKCE.

#include "qrlogin/app_client.h"
#include "qrlogin/approver_client.h"
#include "qrlogin/error.h"
#include "qrlogin/options.h"
#include "qrlogin/pkce.h"
#include "qrlogin/watch.h"

#endif  // QRLOGIN_CLIENT_H_
