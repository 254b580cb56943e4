{{/* The labels of every resource of the chart. */}}
{{- define "oauth-token-store.labels" -}}
app.kubernetes.io/name: oauth-token-store-operator
app.kubernetes.io/part-of: oauth-token-store
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The selector of the operator's pods. It must never change: a Deployment's selector is immutable. */}}
{{- define "oauth-token-store.selector" -}}
app.kubernetes.io/name: oauth-token-store-operator
{{- end }}

{{/* The reference of an image: (list $ .Values.operator.image) */}}
{{- define "oauth-token-store.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- with $root.Values.imageRegistry }}{{ trimSuffix "/" . }}/{{ end -}}
{{- $image.repository -}}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag | default $root.Chart.AppVersion }}{{ end -}}
{{- end }}

{{/* When the operator's image is pulled: what the API server fills in, unless the value says it: .Values.operator.image */}}
{{- define "oauth-token-store.pull-policy" -}}
{{- .pullPolicy | default (and (not .digest) (eq .tag "latest") | ternary "Always" "IfNotPresent") -}}
{{- end }}

{{/* The namespace of helm test, which the next run deletes; the hash keeps it from meeting a namespace of the user. */}}
{{- define "oauth-token-store.test-namespace" -}}
{{- printf "oauth-token-store-helm-test-%s" (printf "%s/%s" .Release.Namespace .Release.Name | sha256sum | trunc 6) -}}
{{- end }}

{{/*
Whether the cluster serves a kind: (list $ "group/version/Kind" "first version of Kubernetes with it"). Without a cluster
(helm template) Helm knows no kinds, so the version decides.
*/}}
{{- define "oauth-token-store.has" -}}
{{- $capabilities := (index . 0).Capabilities -}}
{{- if $capabilities.APIVersions.Has "v1/Pod" -}}
{{- if $capabilities.APIVersions.Has (index . 1) }}true{{ end -}}
{{- else if semverCompare (printf ">=%s.0-0" (index . 2)) $capabilities.KubeVersion.Version -}}
true
{{- end -}}
{{- end }}

{{/* Whether the injection policies are rendered. */}}
{{- define "oauth-token-store.injection" -}}
{{- $has := include "oauth-token-store.has" (list . "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy" "1.36") -}}
{{- if or (eq .Values.injection.mode "always") (and (eq .Values.injection.mode "auto") $has) }}true{{ end -}}
{{- end }}

{{/* CEL: requests or limits of the sidecar; annotations of a pod override values: (list .Values...requests "request") */}}
{{- define "oauth-token-store.quantities" -}}
{{- $quantities := index . 0 | default dict -}}
{{- $kind := index . 1 -}}
{{- $entries := list -}}
{{- range $name := list "cpu" "memory" -}}
{{- $value := "" -}}
{{- with get $quantities $name -}}{{- $value = printf ".or(optional.of('%v'))" . -}}{{- end -}}
{{- $annotation := printf "tokenstore.dev/%s-%s" $name $kind -}}
{{- $entries = append $entries (printf "?'%s': variables.quantities[?'%s']%s" $name $annotation $value) -}}
{{- end -}}
{{- range $name, $quantity := omit $quantities "cpu" "memory" -}}
{{- $entries = append $entries (printf "'%s': '%v'" $name $quantity) -}}
{{- end -}}
{ {{- join ",\n              " $entries -}} }
{{- end }}

{{/* The annotations of a resource that only helm test creates: "weight" */}}
{{- define "oauth-token-store.test-hook" -}}
annotations:
  helm.sh/hook: test
  helm.sh/hook-weight: {{ . | quote }}
  helm.sh/hook-delete-policy: before-hook-creation
{{- end }}

{{/* Fails where the chart cannot work. */}}
{{- define "oauth-token-store.checks" -}}
{{- if not (include "oauth-token-store.has" (list . "admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy" "1.30")) }}
{{- fail (printf "this cluster (Kubernetes %s) lacks the API ValidatingAdmissionPolicy of admissionregistration.k8s.io/v1, which confines what clients of a store write; use Kubernetes 1.30 or newer" .Capabilities.KubeVersion.Version) }}
{{- end }}
{{- if or (eq .Release.Namespace "default") (hasPrefix "kube-" .Release.Namespace) }}
{{- fail (printf "the operator needs a namespace of its own, not %s, because accounts of its namespace can have no tokens; add --namespace oauth-token-store --create-namespace" .Release.Namespace) }}
{{- end }}
{{- $mutating := "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy" }}
{{- if and (eq .Values.injection.mode "always") (not (include "oauth-token-store.has" (list . $mutating "1.36"))) }}
{{- fail (printf "injection.mode is always, and this cluster (Kubernetes %s) lacks the API MutatingAdmissionPolicy of admissionregistration.k8s.io/v1; use Kubernetes 1.36 or newer, or set it to auto and use tokenstore inject" .Capabilities.KubeVersion.Version) }}
{{- end }}
{{- if has .Release.Namespace .Values.namespaces }}
{{- fail (printf "namespaces contains %s, which is the operator's own and can have no store; remove it" .Release.Namespace) }}
{{- end }}
{{- end }}
