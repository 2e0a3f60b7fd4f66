/** What development mode says when it is ready: what it is, and what to do next. */
export declare function welcome(grpcAddress: string, gatewayUrl: string): string;
/** The same of a gateway by itself. */
export declare function gatewayWelcome(gatewayUrl: string, serviceAddress: string): string;
