package dev.tokenstore.api;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn.Type;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A place for OAuth tokens: the Secrets of its namespace that carry its name as [TokenSecretLayout#STORE_LABEL].
///
/// A resource without `spec` is a store that keeps every token. The form of the name needs no rule of its own: a name
/// of Kubernetes (a DNS subdomain) is a valid label value if it is short enough.
@Group(OAuthTokenStore.GROUP)
@Version(OAuthTokenStore.VERSION)
@Plural("oauthtokenstores")
@ShortNames("ots")
@ValidationRule(
        value = "size(self.metadata.name) <= 63",
        message = "metadata.name must have at most 63 characters: it becomes the value of a label on every token")
@AdditionalPrinterColumn(name = "Ready", jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(name = "Tokens", jsonPath = ".status.tokens.total", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "Valid", jsonPath = ".status.tokens.valid", type = Type.INTEGER)
@AdditionalPrinterColumn(name = "Cleanup", jsonPath = ".status.conditions[?(@.type==\"CleanedUp\")].reason")
// a string: kubectl prints a date column as an age, and a moment in the future as <invalid>
@AdditionalPrinterColumn(name = "Next cleanup", jsonPath = ".status.nextCleanupTime")
@AdditionalPrinterColumn(name = "Reason", jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason", priority = 1)
@AdditionalPrinterColumn(name = "Age", jsonPath = ".metadata.creationTimestamp", type = Type.DATE)
@JsonDeserialize(using = OAuthTokenStoreReader.class)
public final class OAuthTokenStore extends CustomResource<OAuthTokenStoreSpec, OAuthTokenStoreStatus>
        implements Namespaced {
    private static final long serialVersionUID = 1;

    public static final String GROUP = "tokenstore.dev";
    public static final String VERSION = "v1alpha1";

    /// Annotation set by people: the generation of the store whose withheld cleanup they confirm.
    public static final String CONFIRM_CLEANUP = "tokenstore.dev/confirm-cleanup";

    /// Annotation set by people: `true` allows that the namespace has another store too, whose accounts the operator
    /// may
    /// bind.
    public static final String SHARED_NAMESPACE = "tokenstore.dev/shared-namespace";

    /// The finalizer under `deletionPolicy: Delete`: the tokens are deleted before the store.
    public static final String TOKENS_FINALIZER = "tokenstore.dev/tokens";

    private transient @Nullable String problem;

    /// Returns why the stored spec could not be read; empty if it was. Such a store has no spec here.
    @JsonIgnore
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    void setProblem(String newProblem) {
        problem = newProblem;
    }
}
