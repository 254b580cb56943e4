# Keeps a machine inside this machine (machine.sh) for as long as its owner lives, then ends it and removes
# all that is left of it: processes, network, cgroups, folder.
#
# usage: sh node.sh OWNER_PID FOLDER PAUSE_SECONDS [FILE_TO_REMOVE_TOO]
# Everything down: TERM to this process.
owner=$1
folder=$2
pause=$3
also_remove=$4

ending=
trap '' HUP INT
trap 'ending=yes' TERM
cd "$folder" || exit 1
. ./processes.sh
. ./network.sh
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

cgroups() {
    # one per controller, or a single one where the machine has unified them
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        echo "/sys/fs/cgroup/$name"
    else
        for controller in /sys/fs/cgroup/*/; do
            echo "$controller$name"
        done
    fi
}

remove_cgroups() {
    for cgroup in $(cgroups); do
        [ ! -d "$cgroup" ] || find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || return 1
    done
}

modprobe -qa br_netfilter overlay veth 2>/dev/null
mkdir -p $(cgroups)
OUTSIDE=$$ PAUSE=$pause
export OUTSIDE PAUSE PATH
launch machine
until ip link show "$name" >/dev/null 2>&1 || [ -e machine.exit ] || [ -n "$ending" ]; do
    sleep 0.05
done
ip address add "$host_address/24" dev "$name" && ip link set "$name" up

while [ -z "$ending" ] && [ ! -e machine.exit ] && owner_lives "$owner"; do
    sleep "$pause"
done

# the kernel ends whatever ran in the machine with its first process, and takes its mounts along
[ ! -s machine.pid ] || kill -KILL "$(cat machine.pid)" 2>/dev/null
wait
ip link delete "$name" 2>/dev/null
tenths=0
until remove_cgroups || [ "$tenths" -eq 100 ]; do
    tenths=$((tenths + 1))
    sleep 0.1
done
cd /
[ -n "$also_remove" ] && rm -f "$also_remove"
# a machine that could not be made is told of by its logs, which whoever asked for it removes
[ -z "$ending" ] && owner_lives "$owner" || rm -rf --one-file-system "$folder"
