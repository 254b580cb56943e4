package dev.tokenstore.operator.response;

import static dev.tokenstore.operator.response.Part.EMPTY;
import static dev.tokenstore.operator.response.Part.NOTHING;
import static dev.tokenstore.operator.response.Part.WHOLE;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.operator.response.Part.Members;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What the operator reads of the objects of a resource, and so the most that one of them costs it.
///
/// @param response what is kept of a response: of the object itself, of those in a list, or of that in a watch event
/// @param text the most bytes of a string
/// @param elements the most elements of an array and members of an object, below the list of objects
record Trimming(Part response, int text, int elements) {
    /// The operator rewrites a RoleBinding whose subjects are others than it wants, so those beyond the limit are seen
    /// as a difference.
    private static final int SUBJECTS = 1_000;

    static final Trimming STORES = of(
            new Members(
                    Map.of(
                            "managedFields", NOTHING,
                            "ownerReferences", NOTHING,
                            "labels", NOTHING,
                            "annotations", only(OAuthTokenStore.CONFIRM_CLEANUP, OAuthTokenStore.SHARED_NAMESPACE)),
                    WHOLE),
            4_096,
            100);

    static final Trimming ROLE_BINDINGS = of(
            new Members(
                    Map.of(
                            "managedFields", NOTHING,
                            "annotations", NOTHING,
                            "labels", only(TokenSecretLayout.MANAGED_BY_LABEL)),
                    WHOLE),
            4_096,
            SUBJECTS);

    /// The `managedFields` of a token's Secret name its data keys, of which the credentials matter.
    static final Trimming SECRETS = of(
            new Members(
                    Map.of(
                            "finalizers",
                            NOTHING,
                            "ownerReferences",
                            NOTHING,
                            "labels",
                            only(TokenSecretLayout.STORE_LABEL),
                            "annotations",
                            only(
                                    TokenSecretLayout.LAYOUT,
                                    TokenSecretLayout.STATE,
                                    TokenSecretLayout.CREATED_AT,
                                    TokenSecretLayout.SAVED_AT,
                                    TokenSecretLayout.LAST_USED_AT,
                                    TokenSecretLayout.ACCESS_EXPIRES_AT,
                                    TokenSecretLayout.RENEWABLE,
                                    TokenSecretLayout.KEEP),
                            "managedFields",
                            new Members(
                                    Map.of(
                                            "time",
                                            WHOLE,
                                            "fieldsV1",
                                            new Members(
                                                    Map.of("f:data", credentials(), "f:stringData", EMPTY), NOTHING)),
                                    NOTHING)),
                    WHOLE),
            1_024,
            200);

    private static Trimming of(Part metadata, int text, int elements) {
        var object = new Members(Map.of("metadata", metadata, "data", NOTHING, "stringData", NOTHING), WHOLE);
        return new Trimming(
                new Members(
                        Map.of(
                                "items", object,
                                "object", object,
                                "metadata", metadata),
                        WHOLE),
                text,
                elements);
    }

    private static Part only(String... names) {
        return new Members(Arrays.stream(names).collect(Collectors.toMap(Function.identity(), name -> WHOLE)), NOTHING);
    }

    private static Part credentials() {
        return new Members(
                List.of(".", "f:access_token", "f:refresh_token", "f:grant_token").stream()
                        .collect(Collectors.toMap(Function.identity(), name -> EMPTY)),
                NOTHING);
    }
}
