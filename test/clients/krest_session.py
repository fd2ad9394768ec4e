"""Drives the array with krest as a script of a storage administrator would, and prints what happened as JSON.

The connection comes as JSON on standard input: address, ca_file, root, reader, limited (each [name, password]).
"""

import io
import json
import logging
import sys

import krest
import requests

logging.disable(logging.CRITICAL)
# krest repeats what it takes for an outage for ten minutes; here it is to give up soon.
krest.EndPoint.RetryCfg.not_reachable_timeout = 5
krest.EndPoint.RetryCfg.not_reachable_pause = 0.1

GIVEN = json.load(sys.stdin)
TOLD = {}


def connect(user):
    name, password = GIVEN[user]
    return krest.EndPoint(GIVEN["address"], name, password, ssl_validate=GIVEN["ca_file"])


def refusal(work):
    """What krest raises, or None."""
    try:
        work()
    except krest.HTTPError as error:
        return {"type": "HTTPError", "status": error.response.status_code, "text": str(error)}
    except Exception as error:  # What it raises instead is what the test is about.
        return {"type": type(error).__name__, "text": str(error)}
    return None


def names(found):
    return [hit.name for hit in found]


def admin(method, path, body):
    answer = requests.request(
        method,
        "https://%s/__admin/%s" % (GIVEN["address"], path),
        auth=tuple(GIVEN["root"]),
        json=body,
        verify=GIVEN["ca_file"],
    )
    answer.raise_for_status()


def provision(ep):
    policy = ep.search("retention_policies", name="Backup").hits[0]
    group = ep.new("volume_groups", name="krest_vg", quota=0).save()
    volumes = [
        ep.new("volumes", name="krest_v%d" % number, size=2**20, volume_group=group).save() for number in range(3)
    ]
    host = ep.new("hosts", name="krest_host", type="Linux").save()
    iqn = ep.new("host_iqns", iqn="iqn.2026-01.test:krest", host=host).save()
    mappings = [ep.new("mappings", host=host, volume=volume).save() for volume in volumes]
    group.refresh()
    TOLD["provision"] = {
        "quota": group.quota,
        "volumes_count": group.volumes_count,
        "group_of_volume": volumes[0].volume_group.name,
        "host_of_iqn": iqn.host.name,
        "luns": [mapping.lun for mapping in mappings],
        "mapped": [mapping.volume.name for mapping in mappings],
        "has_serial": all(volume.scsi_sn for volume in volumes),
    }
    return policy, group, volumes, host, iqn, mappings


def snapshot_and_view(ep, policy, group, host):
    snapshot = ep.new("snapshots", short_name="s1", source=group, retention_policy=policy).save()
    view = ep.new(
        "snapshots",
        short_name="w1",
        source=snapshot,
        retention_policy=policy,
        is_exposable=True,
        is_auto_deleteable=True,
    ).save()
    mapping = ep.new("mappings", host=host, volume=view).save()
    disks = ep.search("volsnaps", snapshot=view)
    luns = [ep.search("mappings", volume=disk, host=host).hits[0].lun for disk in disks]
    view.refresh()
    TOLD["view"] = {
        "names": [snapshot.name, view.name],
        "source": view.source.short_name,
        "is_exposable": view.is_exposable,
        "disks": names(disks),
        "luns": luns,
        "serials": len({disk.scsi_sn for disk in disks}),
        "views_of_host": ep.get("hosts", host.id).views_count,
    }
    return snapshot, view, mapping


def pages(ep):
    everything = ep.search("volumes", name__prefix="krest_v", __limit=2, __sort="name")
    everything.autofetch = True
    TOLD["pages"] = {
        "followed": names(everything),
        "first": names(ep.search("volumes", name__prefix="krest_v", __limit=2, __sort="name").hits),
        "second": names(ep.search("volumes", name__prefix="krest_v", __limit=2, __offset=2, __sort="name").hits),
        "past_the_end": len(ep.search("volumes", __offset=1000).hits),
        "total_only": ep.search("volumes", name__prefix="krest_v", __limit=0).total,
        "newest_first": names(ep.search("volumes", name__prefix="krest", __sort="id", __sort_order="desc").hits),
    }


def filters(ep, group, volumes):
    TOLD["filters"] = {
        "by_object": ep.search("volumes", volume_group=group).total,
        "by_objects": ep.search("volumes", volume_group=[group, group]).total,
        "by_names": ep.search("volumes", name=[volume.name for volume in volumes]).total,
        "contains_some": ep.search("volumes", name__contains_some="est_v1").total,
        "numbers": ep.search("volumes", id__gt=volumes[1].id, name__prefix="krest").total,
        "fields": sorted(ep.get("volumes", 1, __fields=["id", "name"])._current),
        "fields_of_hits": sorted(ep.search("volumes", id=1, __fields=["id", "name"]).hits[0]._current),
    }


def changes(ep, group):
    group.description = "changed by krest"
    group.save()
    ep.new("volume_groups", id=group.id, quota="5000000").save()
    again = ep.get("volume_groups", group.id)
    TOLD["changes"] = {"description": again.description, "quota": again.quota}


def errors(ep, group):
    TOLD["errors"] = {
        "duplicate": refusal(ep.new("volume_groups", name=group.name, quota=0).save),
        "missing_field": refusal(ep.new("volumes", name="krest_x").save),
        "unknown_id": refusal(lambda: ep.get("volumes", 0)),
        "wrong_verb": refusal(ep.new("system/capacity", total=1).save),
        "unknown_resource": refusal(lambda: ep.search("no_such_thing")),
        "wrong_password": refusal(
            lambda: krest.EndPoint(GIVEN["address"], "buba", "mara", ssl_validate=GIVEN["ca_file"])
        ),
        "reader_writes": refusal(connect("reader").new("volume_groups", name="krest_no", quota=0).save),
        "reader_role": connect("reader").get("system/state", 1).current_user_role,
        "root_role": ep.get("system/state", 1).current_user_role,
    }


def call_often(ep, times):
    for _ in range(times):
        ep.get("system/state", 1)


def too_fast():
    limited = connect("limited")
    admin("PATCH", "throttle", {"requests_per_second": 2})
    refused = refusal(lambda: call_often(limited, 50))
    limited.retry_cfg.on_toofast_error = True
    patient = refusal(lambda: call_often(limited, 4))
    admin("PATCH", "throttle", {"requests_per_second": None})
    TOLD["too_fast"] = {"refused": refused, "patient": patient}


def outage(ep):
    admin("POST", "faults", {"call": "GET system/state", "when": "before", "status": 503, "times": 2})
    state = ep.get("system/state", 1).state
    admin("POST", "faults", {"call": "GET system/state", "restart": True, "delay_ms": 200})
    TOLD["outage"] = {"after_503": state, "after_restart": ep.get("system/state", 1).state}


def sequences(ep):
    def save(name, **numbers):
        group = ep.new("volume_groups", name=name, quota=0)
        return refusal(lambda: group.save(options={"sequence": numbers}))

    TOLD["sequences"] = {
        "first": save("krest_seq1", a=1, b=1),
        "same": save("krest_seq2", a=1, b=1),
        "one_is_old": save("krest_seq2", a=2, b=1),
        "refused_for_its_name": save("krest_seq1", a=2, b=2),
        "greater": save("krest_seq2", a=2, b=2),
    }
    for name in ["krest_seq1", "krest_seq2"]:
        ep.search("volume_groups", name=name).hits[0].delete()


def bulk(ep, policy, group):
    other = ep.new("volume_groups", name="krest_vg2", quota=0).save()
    ep.new("volumes", name="krest_other", size=2**20, volume_group=other).save()
    request = ep.new("snapshots", bulk=True)
    for number, source in enumerate([group, other]):
        request.add(ep.new("snapshots", short_name="bulk%d" % number, source=source, retention_policy=policy))
    made = request.post()

    changed = ep.new("snapshots", bulk=True)
    for snapshot in made:
        snapshot.short_name = snapshot.short_name + "_new"
        changed.add(snapshot)
    renamed = changed.patch()

    spoiled = ep.new("volume_groups", bulk=True)
    for name in ["krest_good", group.name]:
        spoiled.add(ep.new("volume_groups", name=name, quota=0))
    refused = refusal(spoiled.post)

    TOLD["bulk"] = {
        "made": names(made),
        "renamed": names(renamed),
        "refused": refused,
        "left_by_refused": ep.search("volume_groups", name="krest_good").total,
    }
    gone = ep.new("snapshots", bulk=True)
    gone.add(renamed)
    gone.delete()
    TOLD["bulk"]["left"] = ep.search("snapshots", name__contains="bulk").total
    ep.search("volumes", name="krest_other").hits[0].delete()
    other.delete()


def restore(ep, group, snapshot, mappings):
    for mapping in mappings:
        mapping.delete()
    group.last_restored_from = snapshot
    group.save()
    again = ep.get("volume_groups", group.id)
    TOLD["restore"] = {"from": again.last_restored_from.name, "time": again.last_restored_time is not None}


def dump(ep):
    text = io.BytesIO()
    ep.dump_all(text, pretty=True)
    everything = json.loads(text.getvalue())
    TOLD["dump"] = {
        "resources": sorted(everything) == sorted(ep.resources),
        "has_volume": "krest_v0" in text.getvalue().decode(),
    }


def tear_down(ep, objects):
    refused = [refusal(ep.get(kind, one.id).delete) for kind, one in objects]
    TOLD["tear_down"] = {
        "refused": [one for one in refused if one],
        "left": sum(ep.search(kind, name__prefix="krest").total for kind in ["volumes", "volume_groups", "hosts"]),
    }


def main():
    ep = connect("root")
    TOLD["discovered"] = sorted(ep.resources)
    policy, group, volumes, host, iqn, mappings = provision(ep)
    snapshot, view, view_mapping = snapshot_and_view(ep, policy, group, host)
    pages(ep)
    filters(ep, group, volumes)
    changes(ep, group)
    errors(ep, group)
    too_fast()
    outage(ep)
    sequences(ep)
    bulk(ep, policy, group)
    dump(ep)
    restore(ep, group, snapshot, mappings)
    tear_down(
        ep,
        [("mappings", view_mapping), ("snapshots", view), ("snapshots", snapshot)]
        + [("volumes", volume) for volume in volumes]
        + [("volume_groups", group), ("host_iqns", iqn), ("hosts", host)],
    )
    json.dump(TOLD, sys.stdout)


main()
