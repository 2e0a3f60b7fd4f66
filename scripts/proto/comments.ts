import type { DescFile } from "@bufbuild/protobuf";
import type { DescriptorProto, EnumDescriptorProto, ServiceDescriptorProto } from "@bufbuild/protobuf/wkt";

// Numbers of fields in descriptor.proto, of which the paths of comments consist.
const inFile = { message: 4, enum: 5, service: 6 };
const inMessage = { field: 2, message: 3, enum: 4, oneof: 8 };
const valueInEnum = 2;
const methodInService = 2;

/** A named element of a proto file. */
interface Described {
  readonly proto: object;
}

/** Returns the comment of an element, as Markdown. */
export type CommentOf = (element: Described) => string;

/**
 * Returns a function that finds the comments of the elements of these files.
 *
 * @throws Error from that function if the element has no comment.
 */
export function readComments(files: Iterable<DescFile>): CommentOf {
  const comments = new Map<object, string>();
  for (const { proto } of files) {
    const byPath = new Map(
      (proto.sourceCodeInfo?.location ?? []).map(({ path, leadingComments }) => [
        path.join("."),
        leadingComments,
      ]),
    );
    const add = (element: object, path: readonly number[]) => {
      const text = byPath.get(path.join("."));
      if (text) comments.set(element, text.replace(/^ /gm, "").trim());
    };
    const addEnum = (element: EnumDescriptorProto, path: readonly number[]) => {
      add(element, path);
      element.value.forEach((value, index) => void add(value, [...path, valueInEnum, index]));
    };
    const addService = (element: ServiceDescriptorProto, path: readonly number[]) => {
      add(element, path);
      element.method.forEach((method, index) => void add(method, [...path, methodInService, index]));
    };
    const addMessage = (element: DescriptorProto, path: readonly number[]): void => {
      add(element, path);
      element.field.forEach((field, index) => void add(field, [...path, inMessage.field, index]));
      element.oneofDecl.forEach((oneof, index) => void add(oneof, [...path, inMessage.oneof, index]));
      element.nestedType.forEach((message, index) => {
        addMessage(message, [...path, inMessage.message, index]);
      });
      element.enumType.forEach((one, index) => void addEnum(one, [...path, inMessage.enum, index]));
    };
    proto.messageType.forEach((message, index) => void addMessage(message, [inFile.message, index]));
    proto.enumType.forEach((one, index) => void addEnum(one, [inFile.enum, index]));
    proto.service.forEach((service, index) => void addService(service, [inFile.service, index]));
  }
  return ({ proto }) => {
    const comment = comments.get(proto);
    if (comment === undefined) throw new Error(`no comment for ${JSON.stringify(proto)}`);
    return comment;
  };
}
