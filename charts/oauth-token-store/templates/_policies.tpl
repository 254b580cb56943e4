{{/* The binding of a validating policy to everything that it selects: (list $ "name of the policy" "Deny" or "Warn") */}}
{{- define "oauth-token-store.policy-binding" -}}
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: {{ index . 1 }}
  labels: {{- include "oauth-token-store.labels" (index . 0) | nindent 4 }}
spec:
  policyName: {{ index . 1 }}
  validationActions: [{{ index . 2 }}]
{{- end }}

{{/* A rule that selects the operator's dry-run creations of RoleBinding oauth-token-store-probe. */}}
{{- define "oauth-token-store.probe-rule" -}}
# the operator's check whether this policy is in force
- apiGroups: [rbac.authorization.k8s.io]
  apiVersions: [v1]
  resources: [rolebindings]
  resourceNames: [oauth-token-store-probe]
  operations: [CREATE]
  scope: "*"
{{- end }}

{{/* The user name of the operator. */}}
{{- define "oauth-token-store.operator-user" -}}
system:serviceaccount:{{ .Release.Namespace }}:oauth-token-store-operator
{{- end }}

{{/* CEL: the caller is a service account, and not one of Kubernetes' controllers. */}}
{{- define "oauth-token-store.by-service-account" -}}
request.userInfo.username.startsWith('system:serviceaccount:')
&& !request.userInfo.username.startsWith('system:serviceaccount:kube-system:')
{{- end }}

{{/* CEL: the caller holds the client role in the request's namespace, and is no administrator. */}}
{{- define "oauth-token-store.holds-client-role" -}}
authorizer.group('').resource('secrets').namespace(request.namespace).check('write-tokens-only').allowed()
&& !authorizer.group('').resource('secrets').namespace(request.namespace).check('write-anything').allowed()
{{- end }}

{{/* CEL: a written Secret has few and short data keys, or no more than before. Needs the variable changed. */}}
{{- define "oauth-token-store.few-data-keys" -}}
(size(dyn(object).?data.orValue({})) <= 32
|| (variables.changed && size(dyn(object).?data.orValue({})) <= 64
&& size(dyn(object).?data.orValue({})) <= size(dyn(oldObject).?data.orValue({}))))
&& dyn(object).?data.orValue({}).all(key, size(key) <= 64
|| (variables.changed && key in dyn(oldObject).?data.orValue({})))
{{- end }}

{{/* CEL: a Secret has managedFields as the API server writes them, or as before. Needs the variables changed, managers and
oldManagers. */}}
{{- define "oauth-token-store.plain-managed-fields" -}}
(size(variables.managers) <= 16 || (variables.changed && size(variables.managers) <= size(variables.oldManagers)))
&& variables.managers.all(one, one in variables.oldManagers
|| (dyn(one).?fieldsV1.orValue({}).all(part,
part in ['f:metadata', 'f:data', 'f:type', 'f:immutable'] && size(dyn(one).fieldsV1[part]) <= 40
&& (part == 'f:metadata' || dyn(one).fieldsV1[part].all(key, size(key) <= 80 && size(dyn(one).fieldsV1[part][key]) == 0)))
&& dyn(one).?fieldsV1[?'f:metadata'].orValue({}).all(part,
part in ['.', 'f:labels', 'f:annotations', 'f:finalizers', 'f:ownerReferences']
&& size(dyn(one).fieldsV1['f:metadata'][part]) <= 40
&& dyn(one).fieldsV1['f:metadata'][part].all(key, size(key) <= 140
&& size(dyn(one).fieldsV1['f:metadata'][part][key]) == 0))))
{{- end }}

{{/* CEL: the request's namespace is one of Kubernetes' own, or the operator's. */}}
{{- define "oauth-token-store.in-system-namespace" -}}
request.namespace.startsWith('kube-') || request.namespace == '{{ .Release.Namespace }}'
{{- end }}

{{/* CEL: an `entry` of spec.access.serviceAccounts names the caller. */}}
{{- define "oauth-token-store.entry-names-caller" -}}
request.userInfo.username
== 'system:serviceaccount:' + entry[?'namespace'].orValue(params.metadata.namespace) + ':' + entry.name
{{- end }}

{{/* CEL: the account that an `entry` of spec.access.serviceAccounts names, as namespace/name. */}}
{{- define "oauth-token-store.entry-account" -}}
entry[?'namespace'].orValue(request.namespace) + '/' + entry.name
{{- end }}

{{/* A validation: who adds accounts may bind their role: (list "variable with the accounts" "name of the role") */}}
{{- define "oauth-token-store.may-bind" -}}
- expression: >-
    size(variables.{{ index . 0 }}) == 0
    || authorizer.group('rbac.authorization.k8s.io').resource('clusterroles').namespace(request.namespace)
    .name('{{ index . 1 }}').check('bind').allowed()
  reason: Forbidden
  messageExpression: >-
    'spec.access gives tokens to ' + variables.{{ index . 0 }}[0]
    + ', and for that you need the right to bind ClusterRole {{ index . 1 }} in namespace '
    + request.namespace + '; ask an administrator for it, or to add the entry'
  message: >-
    spec.access gives tokens to an account, and for that you need the right to bind ClusterRole
    {{ index . 1 }} in this namespace; ask an administrator for it, or to add the entry
{{- end }}

{{/* CEL: the pod that the request creates, or the template of the workload that it writes. */}}
{{- define "oauth-token-store.pod" -}}
request.resource.resource == 'pods' ? dyn(object)
: request.resource.resource == 'cronjobs' ? dyn(object).spec.jobTemplate.spec.template
: dyn(object).spec.template
{{- end }}

{{/* CEL: a pod, or a pod template, is for Windows nodes: "the pod's expression" */}}
{{- define "oauth-token-store.on-windows" -}}
{{ . }}.?spec.?os.?name.orValue('') == 'windows'
|| {{ . }}.?spec.?nodeSelector[?'kubernetes.io/os'].orValue('') == 'windows'
{{- end }}

{{/* A match condition: service accounts of the operator's namespace can have no tokens. */}}
{{- define "oauth-token-store.not-beside-the-operator" -}}
- name: not-beside-the-operator
  expression: request.namespace != '{{ .Release.Namespace }}'
{{- end }}

{{/* Selects pods, and workloads whose pods have the annotation tokenstore.dev/store; defines the variable pod. */}}
{{- define "oauth-token-store.annotated-pods" -}}
matchConstraints:
  matchPolicy: Equivalent
  namespaceSelector: {}
  objectSelector: {}
  resourceRules:
  - apiGroups: [""]
    apiVersions: [v1]
    resources: [pods]
    operations: [CREATE]
    scope: "*"
  - apiGroups: [apps]
    apiVersions: [v1]
    resources: [deployments, statefulsets, daemonsets]
    operations: [CREATE, UPDATE]
    scope: "*"
  - apiGroups: [batch]
    apiVersions: [v1]
    resources: [jobs, cronjobs]
    operations: [CREATE, UPDATE]
    scope: "*"
matchConditions:
- name: asks-for-a-store
  expression: >-
    'tokenstore.dev/store' in ({{ include "oauth-token-store.pod" . | indent 4 | trim }}).?metadata.?annotations.orValue({})
{{ include "oauth-token-store.not-beside-the-operator" . }}
variables:
- name: pod
  expression: >-
    {{- include "oauth-token-store.pod" . | nindent 4 }}
{{- end }}

{{/* Variables: the containers that the annotation tokenstore.dev/containers chooses, all of them if it is absent. */}}
{{- define "oauth-token-store.chosen-containers" -}}
- name: everyContainer
  expression: "!('tokenstore.dev/containers' in variables.annotations)"
- name: chosenNames
  expression: >-
    variables.annotations[?'tokenstore.dev/containers'].orValue('').split(',').map(name, name.trim())
{{- end }}

{{/* CEL: a text is the number of a port: "the text's expression" */}}
{{- define "oauth-token-store.is-port" -}}
{{ . }}.matches('^[1-9][0-9]{0,4}$') && int({{ . }}) <= 65535
{{- end }}
