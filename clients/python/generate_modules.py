"""Writes what protoc does not: the enum of reasons, and the names of the package ``qrlogin.v1``.

Run by `generate`, with the descriptor set (with comments) on standard input and the folder of the package as argument.
"""

import sys
import textwrap
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

REASONS = "qrlogin/v1/error_reason.proto"
PREFIX = "ERROR_REASON_"

# Field numbers of a FileDescriptorProto's enums, and of their values.
ENUM, VALUE = 5, 2


def docstring(comment: str) -> str:
    """Returns the comment as the docstring of a class or of a member."""
    text = textwrap.dedent(comment).strip()
    quoted = f'"""{text}\n"""' if "\n" in text else f'"""{text}"""'
    return textwrap.indent(quoted, "    ")


def error_reason_module(file: FileDescriptorProto) -> str:
    """Returns the module with the enum of reasons and their comments."""
    comments = {tuple(location.path): location.leading_comments for location in file.source_code_info.location}
    [enum] = file.enum_type
    members = [
        f"    {value.name.removeprefix(PREFIX)} = {value.number}\n{docstring(comments[ENUM, 0, VALUE, index])}"
        for index, value in enumerate(enum.value)
        # Zero is never sent.
        if value.number != 0
    ]
    head = '"""The reasons of errors. Generated from the proto by `generate`: do not edit."""\n\nfrom enum import IntEnum\n'
    return "\n\n".join([head, f"class ErrorReason(IntEnum):\n{docstring(comments[ENUM, 0])}", *members]) + "\n"


def package_module(files: list[FileDescriptorProto]) -> str:
    """Returns the module that exports all messages and enums."""
    names = {
        file.name.removeprefix("qrlogin/v1/").removesuffix(".proto") + "_pb2": sorted(
            [message.name for message in file.message_type] + [enum.name for enum in file.enum_type]
        )
        for file in files
        # The package has its own enum of reasons.
        if file.name != REASONS
    }
    imports = [
        f"from .{module} import (\n" + "".join(f"    {name},\n" for name in exported) + ")"
        for module, exported in sorted(names.items())
    ]
    exported = "".join(f'    "{name}",\n' for name in sorted(name for group in names.values() for name in group))
    head = '"""The generated messages and enums of the service. Written by `generate`: do not edit."""\n'
    return "\n".join([head, *imports, "", f"__all__ = [\n{exported}]"]) + "\n"


package = Path(sys.argv[1])
files = [
    file for file in FileDescriptorSet.FromString(sys.stdin.buffer.read()).file if file.name.startswith("qrlogin/v1/")
]
[reasons] = (file for file in files if file.name == REASONS)
(package / "_error_reason.py").write_text(error_reason_module(reasons))
(package / "v1" / "__init__.py").write_text(package_module(files))
