# Keeps etcd, the API server and perhaps controllers of one folder running for as long as its owner
# lives, then stops them in order and removes the folder, so that servers never outlive a killed test run.
#
# usage: sh keeper.sh OWNER_PID FOLDER PAUSE_SECONDS [FILE_TO_REMOVE_TOO]
# Everything down: TERM to this process. API server down: create api-server-off and await
# api-server-stopped; up again: remove the former and await that the latter is gone. Controllers up:
# write kube-controller-manager.sh, as a whole.
# For each server S: S.sh starts it and writes S.pid, S.log has its output, S.exit appears when it ended.
owner=$1
folder=$2
pause=$3
also_remove=$4

ending=
stuck=
controllers=
trap '' HUP INT
trap 'ending=yes' TERM
cd "$folder" || exit 1

owner_lives() {
    kill -0 "$owner" 2>/dev/null || return 1
    # dead, but not yet collected by its parent
    stat=
    { read -r stat <"/proc/$owner/stat"; } 2>/dev/null
    case ${stat##*) } in
        Z* | X*) return 1 ;;
    esac
}

launch() {
    rm -f "$1.pid" "$1.exit"
    (
        sh "./$1.sh" </dev/null >>"$1.log" 2>&1
        echo "$?" >"$1.exit"
    ) &
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

launch etcd
until [ -S etcd.sock ] || [ -e etcd.exit ] || [ -n "$ending" ] || ! owner_lives; do
    sleep 0.05
done
launch kube-apiserver

while [ -z "$ending" ] && owner_lives; do
    if [ -e api-server-off ] && [ ! -e api-server-stopped ]; then
        stop kube-apiserver
        : >api-server-stopped
    elif [ ! -e api-server-off ] && [ -e api-server-stopped ]; then
        launch kube-apiserver
        rm api-server-stopped
    fi
    if [ -z "$controllers" ] && [ -e kube-controller-manager.sh ]; then
        controllers=yes
        launch kube-controller-manager
    fi
    sleep "$pause"
done

[ -z "$controllers" ] || stop kube-controller-manager
[ -e api-server-stopped ] || stop kube-apiserver
stop etcd
cd /
[ -n "$also_remove" ] && rm -f "$also_remove"
rm -rf "$folder"
# someone took the pid files away: this is a session of its own, so all that is left in it goes
[ -z "$stuck" ] || kill -KILL 0
