# Becomes a machine inside this machine: a network, mounts and process ids of its own, and in them the keeper of all
# servers as the first process. Started without an argument, in the folder of the servers; it goes further inside
# step by step.
. ./network.sh
set -e

case ${1:-} in
    '')
        echo $$ >machine.pid
        exec unshare --net sh ./machine.sh network
        ;;
    network)
        # one end of the cable here, the other with the processes outside
        ip link add uplink type veth peer name "$name" netns "$OUTSIDE"
        exec unshare --mount --propagation private --pid --fork --kill-child --mount-proc sh ./machine.sh servers
        ;;
esac

# volumes and network namespaces are passed on from here to containers
mount --make-rshared /
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p log
mount --bind log /var/log

# the kubelet sets these, and they are the whole machine's
for setting in vm/overcommit_memory kernel/panic kernel/panic_on_oops; do
    copy=setting-${setting##*/}
    cat "/proc/sys/$setting" >"$copy"
    mount --bind "$copy" "/proc/sys/$setting"
done

ip link set lo up
# with an address of its own: a bridge that has none takes the lowest of its ports, and when that pod goes, whoever
# remembers it reaches nobody for up to 45 seconds
ip link add pods address 02:00:00:00:00:01 type bridge
ip address add "$node_address/24" dev pods
ip link set uplink master pods
ip link set uplink up
ip link set pods up
echo 1 >/proc/sys/net/ipv4/ip_forward
[ ! -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables
# the kubelet asks nobody who they are, so only the API server, on this machine, may call it
iptables -A INPUT ! -i lo -p tcp --dport 10250 -j REJECT

exec sh ./keeper.sh 1 "$PWD" "$PAUSE"
