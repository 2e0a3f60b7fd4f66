import {
  checkOptions,
  methodOf,
  type PartialMessage,
  type RequestType,
  toMessage,
} from "./arguments/check_arguments.js";
import type { Fields } from "./arguments/field.js";
import type { Authorization, CallOptions, RpcClient, Unary } from "./rpc_client.js";

/** Parts of a client that are the same for all its methods. */
interface MethodContext<Client, Options extends CallOptions> {
  readonly rpcClient: RpcClient<Client>;
  /** Fields of the options of a call. */
  readonly optionFields: Fields;
  /** Returns the credential of a call. */
  authorizationOf(options: Options): Authorization;
}

/**
 * Returns a function that makes the unary methods of a client. A method checks its arguments and makes the call. It
 * rejects with a TypeError if an argument has a wrong type.
 */
export function createMethodFactory<Client, Options extends CallOptions>({
  rpcClient,
  optionFields,
  authorizationOf,
}: MethodContext<Client, Options>) {
  return <M extends RequestType<unknown>, Response>(
    type: M,
    method: (client: Client) => Unary<ReturnType<M["fromPartial"]>, Response>,
  ) => {
    const name = methodOf(type);
    return async (request: PartialMessage<M>, options: Options = {} as Options): Promise<Response> => {
      checkOptions(name, options, optionFields);
      const message = toMessage(type, request) as ReturnType<M["fromPartial"]>;
      return rpcClient.call(method, message, authorizationOf(options), options);
    };
  };
}
