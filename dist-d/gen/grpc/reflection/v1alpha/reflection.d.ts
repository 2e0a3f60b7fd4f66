import { BinaryReader, BinaryWriter } from "@bufbuild/protobuf/wire";
import { type CallOptions, type ChannelCredentials, Client, type ClientDuplexStream, type ClientOptions, type handleBidiStreamingCall, type Metadata, type UntypedServiceImplementation } from "@grpc/grpc-js";
/** The message sent by the client when calling ServerReflectionInfo method. */
export interface ServerReflectionRequest {
    host: string;
    /**
     * To use reflection service, the client should set one of the following
     * fields in message_request. The server distinguishes requests by their
     * defined field and then handles them using corresponding methods.
     */
    messageRequest: //
    /** Find a proto file by the file name. */
    {
        $case: "fileByFilename";
        value: string;
    } | //
    /**
     * Find the proto file that declares the given fully-qualified symbol name.
     * This field should be a fully-qualified symbol name
     * (e.g. <package>.<service>[.<method>] or <package>.<type>).
     */
    {
        $case: "fileContainingSymbol";
        value: string;
    } | //
    /**
     * Find the proto file which defines an extension extending the given
     * message type with the given field number.
     */
    {
        $case: "fileContainingExtension";
        value: ExtensionRequest;
    } | //
    /**
     * Finds the tag numbers used by all known extensions of the given message
     * type, and appends them to ExtensionNumberResponse in an undefined order.
     * Its corresponding method is best-effort: it's not guaranteed that the
     * reflection service will implement this method, and it's not guaranteed
     * that this method will provide all extensions. Returns
     * StatusCode::UNIMPLEMENTED if it's not implemented.
     * This field should be a fully-qualified type name. The format is
     * <package>.<type>
     */
    {
        $case: "allExtensionNumbersOfType";
        value: string;
    } | //
    /**
     * List the full names of registered services. The content will not be
     * checked.
     */
    {
        $case: "listServices";
        value: string;
    } | undefined;
}
/**
 * The type name and extension number sent by the client when requesting
 * file_containing_extension.
 */
export interface ExtensionRequest {
    /** Fully-qualified type name. The format should be <package>.<type> */
    containingType: string;
    extensionNumber: number;
}
/** The message sent by the server to answer ServerReflectionInfo method. */
export interface ServerReflectionResponse {
    validHost: string;
    originalRequest: ServerReflectionRequest | undefined;
    /**
     * The server set one of the following fields accroding to the message_request
     * in the request.
     */
    messageResponse: //
    /**
     * This message is used to answer file_by_filename, file_containing_symbol,
     * file_containing_extension requests with transitive dependencies. As
     * the repeated label is not allowed in oneof fields, we use a
     * FileDescriptorResponse message to encapsulate the repeated fields.
     * The reflection service is allowed to avoid sending FileDescriptorProtos
     * that were previously sent in response to earlier requests in the stream.
     */
    {
        $case: "fileDescriptorResponse";
        value: FileDescriptorResponse;
    } | //
    /** This message is used to answer all_extension_numbers_of_type requst. */
    {
        $case: "allExtensionNumbersResponse";
        value: ExtensionNumberResponse;
    } | //
    /** This message is used to answer list_services request. */
    {
        $case: "listServicesResponse";
        value: ListServiceResponse;
    } | //
    /** This message is used when an error occurs. */
    {
        $case: "errorResponse";
        value: ErrorResponse;
    } | undefined;
}
/**
 * Serialized FileDescriptorProto messages sent by the server answering
 * a file_by_filename, file_containing_symbol, or file_containing_extension
 * request.
 */
export interface FileDescriptorResponse {
    /**
     * Serialized FileDescriptorProto messages. We avoid taking a dependency on
     * descriptor.proto, which uses proto2 only features, by making them opaque
     * bytes instead.
     */
    fileDescriptorProto: Buffer[];
}
/**
 * A list of extension numbers sent by the server answering
 * all_extension_numbers_of_type request.
 */
export interface ExtensionNumberResponse {
    /**
     * Full name of the base type, including the package name. The format
     * is <package>.<type>
     */
    baseTypeName: string;
    extensionNumber: number[];
}
/** A list of ServiceResponse sent by the server answering list_services request. */
export interface ListServiceResponse {
    /**
     * The information of each service may be expanded in the future, so we use
     * ServiceResponse message to encapsulate it.
     */
    service: ServiceResponse[];
}
/**
 * The information of a single service used by ListServiceResponse to answer
 * list_services request.
 */
export interface ServiceResponse {
    /**
     * Full name of a registered service, including its package name. The format
     * is <package>.<service>
     */
    name: string;
}
/** The error code and error message sent by the server when an error occurs. */
export interface ErrorResponse {
    /** This field uses the error codes defined in grpc::StatusCode. */
    errorCode: number;
    errorMessage: string;
}
export declare const ServerReflectionRequest: MessageFns<ServerReflectionRequest, "grpc.reflection.v1alpha.ServerReflectionRequest">;
export declare const ExtensionRequest: MessageFns<ExtensionRequest, "grpc.reflection.v1alpha.ExtensionRequest">;
export declare const ServerReflectionResponse: MessageFns<ServerReflectionResponse, "grpc.reflection.v1alpha.ServerReflectionResponse">;
export declare const FileDescriptorResponse: MessageFns<FileDescriptorResponse, "grpc.reflection.v1alpha.FileDescriptorResponse">;
export declare const ExtensionNumberResponse: MessageFns<ExtensionNumberResponse, "grpc.reflection.v1alpha.ExtensionNumberResponse">;
export declare const ListServiceResponse: MessageFns<ListServiceResponse, "grpc.reflection.v1alpha.ListServiceResponse">;
export declare const ServiceResponse: MessageFns<ServiceResponse, "grpc.reflection.v1alpha.ServiceResponse">;
export declare const ErrorResponse: MessageFns<ErrorResponse, "grpc.reflection.v1alpha.ErrorResponse">;
export type ServerReflectionService = typeof ServerReflectionService;
export declare const ServerReflectionService: {
    /**
     * The reflection service is structured as a bidirectional stream, ensuring
     * all related requests go to a single server.
     */
    readonly serverReflectionInfo: {
        readonly path: "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
        readonly requestStream: true;
        readonly responseStream: true;
        readonly requestSerialize: (value: ServerReflectionRequest) => Buffer;
        readonly requestDeserialize: (value: Buffer) => ServerReflectionRequest;
        readonly responseSerialize: (value: ServerReflectionResponse) => Buffer;
        readonly responseDeserialize: (value: Buffer) => ServerReflectionResponse;
    };
};
export interface ServerReflectionServer extends UntypedServiceImplementation {
    /**
     * The reflection service is structured as a bidirectional stream, ensuring
     * all related requests go to a single server.
     */
    serverReflectionInfo: handleBidiStreamingCall<ServerReflectionRequest, ServerReflectionResponse>;
}
export interface ServerReflectionClient extends Client {
    /**
     * The reflection service is structured as a bidirectional stream, ensuring
     * all related requests go to a single server.
     */
    serverReflectionInfo(): ClientDuplexStream<ServerReflectionRequest, ServerReflectionResponse>;
    serverReflectionInfo(options: Partial<CallOptions>): ClientDuplexStream<ServerReflectionRequest, ServerReflectionResponse>;
    serverReflectionInfo(metadata: Metadata, options?: Partial<CallOptions>): ClientDuplexStream<ServerReflectionRequest, ServerReflectionResponse>;
}
export declare const ServerReflectionClient: {
    new (address: string, credentials: ChannelCredentials, options?: Partial<ClientOptions>): ServerReflectionClient;
    service: typeof ServerReflectionService;
    serviceName: string;
};
type Builtin = Date | Function | Uint8Array | string | number | boolean | undefined;
type DeepPartial<T> = T extends Builtin ? T : T extends globalThis.Array<infer U> ? globalThis.Array<DeepPartial<U>> : T extends ReadonlyArray<infer U> ? ReadonlyArray<DeepPartial<U>> : T extends {
    $case: string;
    value: unknown;
} ? {
    $case: T["$case"];
    value?: DeepPartial<T["value"]>;
} : T extends {} ? {
    [K in keyof T]?: DeepPartial<T[K]>;
} : Partial<T>;
interface MessageFns<T, V extends string> {
    readonly $type: V;
    encode(message: T, writer?: BinaryWriter): BinaryWriter;
    decode(input: BinaryReader | Uint8Array, length?: number): T;
    fromJSON(object: any): T;
    toJSON(message: T): unknown;
    create(base?: DeepPartial<T>): T;
    fromPartial(object: DeepPartial<T>): T;
}
export {};
