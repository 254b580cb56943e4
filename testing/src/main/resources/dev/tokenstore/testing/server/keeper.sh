# Keeps etcd, the API server and perhaps more servers of one folder running for as long as its owner
# lives, then stops them in order and removes the folder, so that servers never outlive a killed test run.
#
# usage: sh keeper.sh OWNER_PID FOLDER PAUSE_SECONDS [FILE_TO_REMOVE_TOO]
# Everything down: TERM to this process. API server down: create api-server-off and await
# api-server-stopped; up again: remove the former and await that the latter is gone. One of the
# servers below up: write its script, as a whole.
owner=$1
folder=$2
pause=$3
also_remove=$4
waiting='containerd kube-controller-manager kube-scheduler kube-proxy kubelet'

ending=
stuck=
started=
trap '' HUP INT
trap 'ending=yes' TERM
cd "$folder" || exit 1
. ./processes.sh

leads_its_group() {
    { read -r stat <"/proc/$$/stat"; } 2>/dev/null || return 1
    # state, parent, group
    set -- ${stat##*) }
    [ "$3" = "$$" ]
}

# The API server lingers when etcd is gone, so it gets some seconds and no more.
stop() {
    tenths=0
    until [ -e "$1.exit" ]; do
        case $tenths in
            100) kill -KILL "$(cat "$1.pid")" 2>/dev/null ;;
            110) stuck=yes; break ;;
            *) [ $((tenths % 20)) -eq 0 ] && [ -s "$1.pid" ] && kill -TERM "$(cat "$1.pid")" 2>/dev/null ;;
        esac
        tenths=$((tenths + 1))
        sleep 0.1
    done
}

launch_what_has_come() {
    missing=
    for server in $waiting; do
        if [ -e "$server.sh" ]; then
            launch "$server"
            started="$server $started"
        else
            missing="$missing $server"
        fi
    done
    waiting=$missing
}

launch etcd
until [ -S etcd.sock ] || [ -e etcd.exit ] || [ -n "$ending" ] || ! owner_lives "$owner"; do
    sleep 0.05
done
launch kube-apiserver

while [ -z "$ending" ] && owner_lives "$owner"; do
    if [ -e api-server-off ] && [ ! -e api-server-stopped ]; then
        stop kube-apiserver
        : >api-server-stopped
    elif [ ! -e api-server-off ] && [ -e api-server-stopped ]; then
        launch kube-apiserver
        rm api-server-stopped
    fi
    launch_what_has_come
    sleep "$pause"
done

for server in $started; do
    stop "$server"
done
[ -e api-server-stopped ] || stop kube-apiserver
stop etcd
cd /
[ -n "$also_remove" ] && rm -f "$also_remove"
rm -rf "$folder"
# someone took the pid files away: all that is left in this process group goes, where it is our own
[ -z "$stuck" ] || ! leads_its_group || kill -KILL 0
