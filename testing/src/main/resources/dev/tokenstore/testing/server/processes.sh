# What the keepers have in common: to be read in by one of them, in the folder of the servers.

# usage: owner_lives OWNER_PID
owner_lives() {
    kill -0 "$1" 2>/dev/null || return 1
    # dead, but not yet collected by its parent
    stat=
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null
    case ${stat##*) } in
        Z* | X*) return 1 ;;
    esac
}

# For a server S: S.sh starts it and writes S.pid, S.log has its output, S.exit appears when it ended.
launch() {
    rm -f "$1.pid" "$1.exit"
    (
        sh "./$1.sh" </dev/null >>"$1.log" 2>&1
        echo "$?" >"$1.exit"
    ) &
}
