"""Which groups of settings there are: those of the slices, and one for each plugin's Struct."""

from collections.abc import Iterable, Mapping

from sinmungo.host.setting_fields import FieldSpec, SettingProblemError, fields_of
from sinmungo.host.types import LoadedGroup, LoadedSlice, Manifest, SettingsGroup

PLUGINS = "시 전용 기능"


def of_manifest(manifest: Manifest) -> SettingsGroup | None:
    """Return the group that a plugin's Struct makes, or None if it has no settings."""
    if manifest.settings is None:
        return None
    slug = manifest.slug
    return SettingsGroup(slug, manifest.title, manifest.settings, slug, PLUGINS, order=500)


def check_groups(groups: Iterable[SettingsGroup], plugin: str | None) -> None:
    """Refuse fields that no form can show, and a plugin's group without the plugin's prefix."""
    for group in groups:
        fields_of(group.kind)
        if plugin and not (group.slug == plugin or group.slug.startswith(f"{plugin}-")):
            raise SettingProblemError(f"settings {group.slug!r} must begin with '{plugin}-'")
        if plugin and not f"{group.prefix}.".startswith(f"{plugin}."):
            raise SettingProblemError(f"prefix {group.prefix!r} must begin with '{plugin}.'")


def collect(
    slices: Iterable[LoadedSlice], manifests: Iterable[Manifest]
) -> Mapping[str, LoadedGroup]:
    """Return every group by slug, in the order of the page of all settings."""
    found = [
        LoadedGroup(group, loaded.plugin) for loaded in slices for group in loaded.slice.settings
    ]
    for manifest in manifests:
        group = of_manifest(manifest)
        if group is not None:
            found.append(LoadedGroup(group, manifest.slug))
    ordered = sorted(found, key=lambda g: (g.group.order, g.group.title))
    return {loaded.group.slug: loaded for loaded in ordered}


def by_key(groups: Mapping[str, LoadedGroup]) -> dict[str, tuple[str, FieldSpec]]:
    """Return the group and field of each key."""
    return {
        f"{loaded.group.prefix}.{spec.name}": (slug, spec)
        for slug, loaded in groups.items()
        for spec in fields_of(loaded.group.kind)
    }
