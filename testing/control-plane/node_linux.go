package main

import (
	"context"

	"github.com/spf13/cobra"
	kubeproxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	kubescheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

// What a node needs besides.
func init() {
	commands["kube-proxy"] = kubeproxy.NewProxyCommand
	commands["kube-scheduler"] = func() *cobra.Command { return kubescheduler.NewSchedulerCommand() }
	commands["kubelet"] = func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) }
}
