package dev.tokenstore.api;

import dev.tokenstore.api.TokenFacts.Credentials;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which credentials a Secret holds, by the names of its data keys in `metadata.managedFields`: the API server records
/// there which fields were set, and never a value.
///
/// An incomplete list counts as unknown. After someone emptied the list, the API server records only the keys that
/// change from then on; an entry that owns the whole map (the path `.`) shows that nothing is missing.
final class CredentialKeys {
    private static final String DATA = "f:data";
    private static final String STRING_DATA = "f:stringData";
    private static final String WHOLE = ".";
    private static final String ACCESS = "f:access_token";
    private static final Set<String> RENEWING = Set.of("f:refresh_token", "f:grant_token");

    private CredentialKeys() {}

    static Credentials of(ObjectMeta secret) {
        var keys = new HashSet<String>();
        for (var entry : entries(secret)) {
            var fields = fields(entry);
            if (fields.containsKey(STRING_DATA)) {
                return Credentials.UNKNOWN;
            }
            if (fields.get(DATA) instanceof Map<?, ?> data) {
                data.keySet().forEach(key -> keys.add(String.valueOf(key)));
            }
        }
        var access = keys.contains(ACCESS);
        var renewal = keys.stream().anyMatch(RENEWING::contains);
        return access && renewal || keys.contains(WHOLE) ? Credentials.of(access, renewal) : Credentials.UNKNOWN;
    }

    private static List<ManagedFieldsEntry> entries(ObjectMeta secret) {
        return secret.getManagedFields() == null ? List.of() : secret.getManagedFields();
    }

    private static Map<String, Object> fields(ManagedFieldsEntry entry) {
        return entry.getFieldsV1() == null || entry.getFieldsV1().getAdditionalProperties() == null
                ? Map.of()
                : entry.getFieldsV1().getAdditionalProperties();
    }
}
