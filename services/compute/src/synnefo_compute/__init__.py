# SPDX-License-Identifier: Apache-2.0
"""Servers, their flavors and keypairs.

This is the pattern room: the others look the same. What a request needs is reserved in one
transaction (:mod:`synnefo_compute.servers`), what is to be done outside is a saga
(:mod:`synnefo_compute.sagas`), and the states are data (:mod:`synnefo_compute.states`).
"""

from synnefo_compute.actions import (
    Action,
    Event,
    Part as PartOfActions,
    listing as list_actions,
    show as show_action,
)
from synnefo_compute.attaching import (
    MOST as MOST_VOLUMES,
    VolumeWish,
    attach_volume,
    detach_volume,
    list_volumes,
    show_volume,
    update_volume,
)
from synnefo_compute.batches import create_servers
from synnefo_compute.cards import attach_card, detach_card
from synnefo_compute.consoles import NOVNC, ConsoleUnavailable, Screen, enter_console, open_console
from synnefo_compute.diagnosing import Diagnosis, diagnose_server
from synnefo_compute.figures.rates import Point
from synnefo_compute.figures.series import Series, server_figures
from synnefo_compute.firewall import PROFILES as FIREWALL_PROFILES, firewall_of, set_firewall
from synnefo_compute.first_boot.keeping import user_data
from synnefo_compute.first_boot.told import hostname
from synnefo_compute.first_boot.wishes import FirstBoot, InjectedFile
from synnefo_compute.first_cards import AUTO, NONE
from synnefo_compute.first_disks import DiskWish
from synnefo_compute.fixed_ips import add_fixed_ip, remove_fixed_ip
from synnefo_compute.flavor_access import (
    allow as allow_flavor,
    forbid as forbid_flavor,
    listing as list_flavor_access,
)
from synnefo_compute.flavor_specs import (
    known as specs_of_flavors,
    listing as show_flavor_specs,
    merge as merge_flavor_specs,
    remove as remove_flavor_spec,
)
from synnefo_compute.flavors import (
    Flavor,
    create as create_flavor,
    delete as delete_flavor,
    describe as describe_flavor,
    known as flavors_of,
    listing as list_flavors,
    show as show_flavor,
)
from synnefo_compute.groups import (
    POLICIES as GROUP_POLICIES,
    STRICT_POLICIES as STRICT_GROUP_POLICIES,
    ServerGroup,
    create as create_server_group,
    delete as delete_server_group,
    listing as list_server_groups,
    show as show_server_group,
)
from synnefo_compute.hosted import Hosted, servers_of_clusters
from synnefo_compute.imaging import create_backup, create_image
from synnefo_compute.key_material import SSH, X509
from synnefo_compute.keypairs import (
    Keypair,
    NewKeypair,
    create as create_keypair,
    delete as delete_keypair,
    listing as list_keypairs,
    show as show_keypair,
)
from synnefo_compute.listing import Selection, list_servers
from synnefo_compute.locks import lock as lock_server, unlock as unlock_server
from synnefo_compute.metadata import (
    merge as merge_metadata,
    remove as remove_metadata,
    replace as replace_metadata,
    show as show_metadata,
    show_item as show_metadata_item,
)
from synnefo_compute.moves import (
    Choice as ChoiceOfMoves,
    Move,
    listing as list_moves,
    of_server as list_live_moves,
    show as show_live_move,
)
from synnefo_compute.moving import migrate_server, move_server
from synnefo_compute.passwords import new_password
from synnefo_compute.policies import SWAP_VOLUME
from synnefo_compute.quota_sets import QUOTAS
from synnefo_compute.reaching import fqdn, port_forwarding
from synnefo_compute.reassigning import reassign_server
from synnefo_compute.rebuilding import rebuild_server
from synnefo_compute.rescuing import rescue_server, unrescue_server
from synnefo_compute.resizing import confirm_resize, resize_server, revert_resize
from synnefo_compute.security_groups import (
    add_security_group,
    delete_security_group,
    remove_security_group,
    security_groups_of,
)
from synnefo_compute.servers import (
    ServerSpec,
    create_server,
    delete_server,
    reboot_server,
    show_server,
    start_server,
    stop_server,
    update_server,
)
from synnefo_compute.states import (
    ACTIVE,
    ATTACHING,
    BUILDING,
    CONFIRMING,
    CONNECTING,
    DELETED,
    DELETING,
    DETACHING,
    DISCONNECTING,
    ERROR,
    MIGRATING,
    REBOOTING,
    REBOOTING_HARD,
    REBUILDING,
    RESCUED,
    RESCUING,
    RESIZED,
    RESIZING,
    REVERTING,
    SPAWNING,
    STARTING,
    STOPPED,
    STOPPING,
    UNRESCUING,
)
from synnefo_compute.statistics import Amount, Statistics, spawned, statistics
from synnefo_compute.tags import (
    MOST_TAGS,
    add as add_tag,
    has as has_tag,
    listing as list_tags,
    remove as remove_tag,
    replace as replace_tags,
)
from synnefo_compute.upkeep import reset_network, reset_state
from synnefo_compute.usage import Period, ServerUsage, list_usage
from synnefo_compute.values import Server
from synnefo_compute.volumes import ServerVolume

__all__ = [
    "ACTIVE",
    "ATTACHING",
    "AUTO",
    "BUILDING",
    "CONFIRMING",
    "CONNECTING",
    "DELETED",
    "DELETING",
    "DETACHING",
    "DISCONNECTING",
    "ERROR",
    "FIREWALL_PROFILES",
    "GROUP_POLICIES",
    "MIGRATING",
    "MOST_TAGS",
    "MOST_VOLUMES",
    "NONE",
    "NOVNC",
    "QUOTAS",
    "REBOOTING",
    "REBOOTING_HARD",
    "REBUILDING",
    "RESCUED",
    "RESCUING",
    "RESIZED",
    "RESIZING",
    "REVERTING",
    "SPAWNING",
    "SSH",
    "STARTING",
    "STOPPED",
    "STOPPING",
    "STRICT_GROUP_POLICIES",
    "SWAP_VOLUME",
    "UNRESCUING",
    "X509",
    "Action",
    "Amount",
    "ChoiceOfMoves",
    "ConsoleUnavailable",
    "Diagnosis",
    "DiskWish",
    "Event",
    "FirstBoot",
    "Flavor",
    "Hosted",
    "InjectedFile",
    "Keypair",
    "Move",
    "NewKeypair",
    "PartOfActions",
    "Period",
    "Point",
    "Screen",
    "Selection",
    "Series",
    "Server",
    "ServerGroup",
    "ServerSpec",
    "ServerUsage",
    "ServerVolume",
    "Statistics",
    "VolumeWish",
    "add_fixed_ip",
    "add_security_group",
    "add_tag",
    "allow_flavor",
    "attach_card",
    "attach_volume",
    "confirm_resize",
    "create_backup",
    "create_flavor",
    "create_image",
    "create_keypair",
    "create_server",
    "create_server_group",
    "create_servers",
    "delete_flavor",
    "delete_keypair",
    "delete_security_group",
    "delete_server",
    "delete_server_group",
    "describe_flavor",
    "detach_card",
    "detach_volume",
    "diagnose_server",
    "enter_console",
    "firewall_of",
    "flavors_of",
    "forbid_flavor",
    "fqdn",
    "has_tag",
    "hostname",
    "list_actions",
    "list_flavor_access",
    "list_flavors",
    "list_keypairs",
    "list_live_moves",
    "list_moves",
    "list_server_groups",
    "list_servers",
    "list_tags",
    "list_usage",
    "list_volumes",
    "lock_server",
    "merge_flavor_specs",
    "merge_metadata",
    "migrate_server",
    "move_server",
    "new_password",
    "open_console",
    "port_forwarding",
    "reassign_server",
    "reboot_server",
    "rebuild_server",
    "remove_fixed_ip",
    "remove_flavor_spec",
    "remove_metadata",
    "remove_security_group",
    "remove_tag",
    "replace_metadata",
    "replace_tags",
    "rescue_server",
    "reset_network",
    "reset_state",
    "resize_server",
    "revert_resize",
    "security_groups_of",
    "server_figures",
    "servers_of_clusters",
    "set_firewall",
    "show_action",
    "show_flavor",
    "show_flavor_specs",
    "show_keypair",
    "show_live_move",
    "show_metadata",
    "show_metadata_item",
    "show_server",
    "show_server_group",
    "show_volume",
    "spawned",
    "specs_of_flavors",
    "start_server",
    "statistics",
    "stop_server",
    "unlock_server",
    "unrescue_server",
    "update_server",
    "update_volume",
    "user_data",
]
