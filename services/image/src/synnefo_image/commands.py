# SPDX-License-Identifier: Apache-2.0
"""``synnefo image …``: what operators do with the images of all projects (CYC-090)."""

from __future__ import annotations

import argparse

from synnefo_core.clock import iso
from synnefo_core.commands import CloudCommand, CloudLister, CloudShow, CommandTable, Table
from synnefo_core.context import for_worker
from synnefo_image import images, listing, members, removal, states
from synnefo_image.values import Image, Selection

TITLES = ("ID", "Name", "Project", "Status", "Visibility", "Format", "Bytes")


def _row(image: Image) -> tuple[object, ...]:
    about = image.status, image.visibility, image.disk_format, image.size_bytes
    return image.id, image.name, image.owner_project_id, *about


class List(CloudLister):
    """List the images of all projects, the newest first."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which ones."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--project", metavar="PROJECT-ID")
        parser.add_argument("--public", action="store_true", help="those that everybody sees")
        parser.add_argument("--hidden", action="store_true", help="those that lists leave out")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        selection = Selection(
            where={"owner": [parsed_args.project]} if parsed_args.project else {},
            visibility=states.PUBLIC if parsed_args.public else None,
            is_hidden=parsed_args.hidden,
        )
        found = listing.list_images(for_worker(self.cloud), selection)
        return TITLES, [_row(each) for each in found]


class _OneImage:
    """The argument that names an image."""

    @staticmethod
    def named(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
        """Add it."""
        parser.add_argument("image", metavar="ID")
        return parser


class Show(CloudShow):
    """Show an image, with the object of which it was made."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        return _OneImage.named(super().get_parser(prog_name))

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return its fields."""
        context = for_worker(self.cloud)
        found = images.show(context, parsed_args.image)
        shared = []
        if found.visibility == states.SHARED:
            shared = [each.project_id for each in members.list_members(context, found.id)]
        said = ", ".join(f"{name}={value}" for name, value in sorted(found.properties.items()))
        titles = ("Store", "Object", "MD5", "Members", "Properties", "Made", "Changed")
        times = iso(found.created_at), iso(found.updated_at)
        place = str(found.location or "")
        more = found.store, place, found.checksum, ", ".join(shared), said, *times
        return (*TITLES, *titles), (*_row(found), *more)


class Public(CloudCommand):
    """Show an image in everybody's lists, or no longer."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = _OneImage.named(super().get_parser(prog_name))
        parser.add_argument("--no", action="store_true", help="make it its owner's again")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Change it."""
        visibility = states.SHARED if parsed_args.no else states.PUBLIC
        images.update(for_worker(self.cloud), parsed_args.image, {"visibility": visibility})


class Remove(CloudCommand):
    """Delete an image as its owner would: files that were registered stay."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = _OneImage.named(super().get_parser(prog_name))
        parser.add_argument("--protected", action="store_true", help="also one that is protected")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Delete it."""
        context = for_worker(self.cloud)
        with context.unit_of_work():
            if parsed_args.protected:
                images.update(context, parsed_args.image, {"is_protected": False})
        removal.delete(context, parsed_args.image)


COMMANDS: CommandTable = {
    "image list": List,
    "image public": Public,
    "image remove": Remove,
    "image show": Show,
}
