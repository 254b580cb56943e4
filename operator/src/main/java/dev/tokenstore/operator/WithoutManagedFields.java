package dev.tokenstore.operator;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

/// Deserializes Kubernetes objects without `managedFields`: the operator does not use them, and they are the larger
/// part of each cached store and role binding.
final class WithoutManagedFields {
    private WithoutManagedFields() {}

    static KubernetesSerialization serialization() {
        var mapper = new ObjectMapper();
        mapper.addMixIn(ObjectMeta.class, Ignoring.class);
        return new KubernetesSerialization(mapper, true);
    }

    @JsonIgnoreProperties("managedFields")
    private interface Ignoring {}
}
