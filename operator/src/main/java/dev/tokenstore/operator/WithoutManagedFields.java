package dev.tokenstore.operator;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

/// Reads Kubernetes objects without the record of who set which field: nobody here asks for it, and it is the larger
/// part of each store and role binding that is kept.
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
