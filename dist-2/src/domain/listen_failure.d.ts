/** Why a server cannot listen, in words and with the system's code. What the system says otherwise stays as it is. */
export declare function listenFailure(message: string): string;
