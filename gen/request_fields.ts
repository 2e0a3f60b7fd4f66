import type { Fields } from "../src/client/arguments/field.js";

/** Fields of the requests by the full names of their types, generated from the proto. */
export const requestFields: Readonly<Record<string, Fields>> = {
  "qrlogin.v1.DisableSignInsRequest": {
    "note": {
      "type": "string"
    },
    "target": {
      "type": "object",
      "cases": {
        "appId": {
          "type": "string"
        },
        "userPoolId": {
          "type": "string"
        }
      },
      "isRequired": true
    }
  },
  "qrlogin.v1.EnableSignInsRequest": {
    "target": {
      "type": "object",
      "cases": {
        "appId": {
          "type": "string"
        },
        "userPoolId": {
          "type": "string"
        }
      },
      "isRequired": true
    }
  },
  "qrlogin.v1.ListDisabledSignInsRequest": {},
  "qrlogin.v1.DescribeTicketRequest": {
    "ticket": {
      "type": "object",
      "cases": {
        "logId": {
          "type": "string"
        },
        "ticketId": {
          "type": "string"
        }
      },
      "isRequired": true
    }
  },
  "qrlogin.v1.CreateTicketRequest": {
    "scene": {
      "type": "string"
    },
    "customData": {
      "type": "object"
    },
    "ttl": {
      "type": "object",
      "fields": {
        "seconds": {
          "type": "integer"
        },
        "nanos": {
          "type": "integer"
        }
      }
    },
    "requester": {
      "type": "object",
      "fields": {
        "ipAddress": {
          "type": "string"
        },
        "userAgent": {
          "type": "string"
        },
        "deviceName": {
          "type": "string"
        },
        "location": {
          "type": "string"
        },
        "ipAddressSource": {
          "type": "integer",
          "enum": "ContextSource"
        },
        "userAgentSource": {
          "type": "integer",
          "enum": "ContextSource"
        },
        "deviceNameSource": {
          "type": "integer",
          "enum": "ContextSource"
        },
        "locationSource": {
          "type": "integer",
          "enum": "ContextSource"
        }
      }
    },
    "qrImage": {
      "type": "object",
      "fields": {
        "format": {
          "type": "integer",
          "enum": "QrImageFormat",
          "isRequired": true
        },
        "size": {
          "type": "integer"
        },
        "margin": {
          "type": "integer"
        },
        "errorCorrection": {
          "type": "integer",
          "enum": "QrErrorCorrection"
        }
      }
    },
    "codeChallenge": {
      "type": "string"
    },
    "customDataSource": {
      "type": "integer",
      "enum": "ContextSource"
    },
    "screenId": {
      "type": "string"
    },
    "capabilities": {
      "type": "integer",
      "enum": "CreatorCapability",
      "isList": true
    }
  },
  "qrlogin.v1.GetStatusRequest": {
    "ticketId": {
      "type": "string",
      "isRequired": true
    },
    "ticketSecret": {
      "type": "string",
      "isRequired": true
    }
  },
  "qrlogin.v1.WatchStatusRequest": {
    "ticketId": {
      "type": "string",
      "isRequired": true
    },
    "ticketSecret": {
      "type": "string",
      "isRequired": true
    }
  },
  "qrlogin.v1.MarkScannedRequest": {
    "capabilities": {
      "type": "integer",
      "enum": "PhoneCapability",
      "isList": true
    },
    "scanned": {
      "type": "object",
      "cases": {
        "qrContent": {
          "type": "string"
        },
        "ticketId": {
          "type": "string"
        }
      },
      "isRequired": true
    }
  },
  "qrlogin.v1.AuthorizeRequest": {
    "ticketId": {
      "type": "string",
      "isRequired": true
    }
  },
  "qrlogin.v1.CancelRequest": {
    "ticketId": {
      "type": "string",
      "isRequired": true
    }
  },
  "qrlogin.v1.SubmitCheckCodeRequest": {
    "ticketId": {
      "type": "string",
      "isRequired": true
    },
    "ticketSecret": {
      "type": "string",
      "isRequired": true
    },
    "checkCode": {
      "type": "string",
      "isRequired": true
    },
    "ipAddress": {
      "type": "string"
    }
  },
  "qrlogin.v1.WithdrawRequest": {
    "ticketId": {
      "type": "string",
      "isRequired": true
    },
    "ticketSecret": {
      "type": "string",
      "isRequired": true
    }
  },
  "qrlogin.v1.ExchangeUserInfoRequest": {
    "exchangeTicket": {
      "type": "string",
      "isRequired": true
    },
    "codeVerifier": {
      "type": "string"
    }
  },
  "qrlogin.v1.GetSigningKeysRequest": {}
};
