package dev.tokenstore.system;

import java.util.List;

/// What uses a [CrmStore]: pods that ask for a sidecar by the annotation and get it from the chart's policy.
record CrmApps(Pods pods, CrmStore store) {
    private static final String REPLICAS = "crm-app";

    /// Starts a Deployment of [TokenWebApp].
    void startReplicas(int number) {
        pods.apply("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: %1$s}
                spec:
                  replicas: %2$d
                  selector: {matchLabels: {app: %1$s}}
                  template:
                    metadata:
                      labels: {app: %1$s}
                      annotations: {tokenstore.dev/store: %3$s}
                    spec: %4$s
                """.formatted(REPLICAS, number, store.name(), webApp("")));
    }

    List<AppPod> replicas() {
        return AppPod.labelled(pods, "app", REPLICAS);
    }

    /// One of them.
    AppPod replica() {
        return replicas().getFirst();
    }

    /// Starts a Job of [TokenApp], whose pods are labelled with its name.
    void startJob(String name, String arguments) {
        pods.apply("""
                apiVersion: batch/v1
                kind: Job
                metadata: {name: %s}
                spec: %s
                """.formatted(name, job(name, arguments)));
    }

    /// Starts a CronJob of [TokenApp] that runs every minute.
    void scheduleJob(String name, String arguments) {
        pods.apply("""
                apiVersion: batch/v1
                kind: CronJob
                metadata: {name: %s}
                spec:
                  schedule: "* * * * *"
                  concurrencyPolicy: Forbid
                  jobTemplate: {spec: %s}
                """.formatted(name, job(name, arguments)));
    }

    /// Starts a pod that saves a token of its own name when it is told to end. It has a finalizer, for the ends of its
    /// containers to be read.
    AppPod startLeaver(String name) {
        pods.apply("""
                apiVersion: v1
                kind: Pod
                metadata:
                  name: %1$s
                  labels: {app: %1$s}
                  annotations: {tokenstore.dev/store: %2$s}
                  finalizers: [tokenstore.dev/testing]
                spec: %3$s
                """.formatted(name, store.name(), webApp(name)));
        pods.awaitReady(name);
        return AppPod.of(pods, pods.pod(name));
    }

    private String job(String name, String arguments) {
        return """
                {backoffLimit: 0, template: {\
                metadata: {labels: {app: %s}, annotations: {tokenstore.dev/store: %s}}, \
                spec: {serviceAccountName: crm-worker, automountServiceAccountToken: false, restartPolicy: Never, \
                containers: [{name: app, image: "%s", imagePullPolicy: Never, args: [%s]}]}}}""".formatted(name, store.name(), TokenAppImage.NAME, arguments);
    }

    private static String webApp(String arguments) {
        return """
                {serviceAccountName: crm-worker, automountServiceAccountToken: false, containers: [\
                {name: app, image: "%s", imagePullPolicy: Never, command: ["%s"], args: [%s], \
                readinessProbe: {httpGet: {path: /readyz, port: %d}, periodSeconds: 1, timeoutSeconds: 5}}]}""".formatted(
                        TokenAppImage.NAME,
                        String.join("\", \"", TokenAppImage.command(TokenWebApp.class)),
                        arguments,
                        TokenWebApp.PORT);
    }
}
