package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.operator.access.AccessGrants.ActualBindings;
import dev.tokenstore.operator.access.BoundRole;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.javaoperatorsdk.operator.api.config.informer.FieldSelectorBuilder;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Informers over the role bindings that the operator makes, by name, since its rights are limited by name. A change of
/// one
/// reconciles all stores of its namespace.
final class StoreBindings implements ActualBindings {
    private final Map<BoundRole, InformerEventSource<RoleBinding, OAuthTokenStore>> sources =
            new EnumMap<>(BoundRole.class);

    StoreBindings(EventSourceContext<OAuthTokenStore> context) {
        for (var role : BoundRole.values()) {
            var configuration = InformerEventSourceConfiguration.from(RoleBinding.class, OAuthTokenStore.class)
                    .withName(role.objectName())
                    .withFieldSelector(new FieldSelectorBuilder()
                            .withField("metadata.name", role.objectName())
                            .build())
                    .withSecondaryToPrimaryMapper(binding -> storesBeside(binding, context))
                    .build();
            sources.put(role, new InformerEventSource<>(configuration, context));
        }
    }

    List<EventSource<?, OAuthTokenStore>> sources() {
        return List.copyOf(sources.values());
    }

    @Override
    public Optional<RoleBinding> get(String namespace, BoundRole role) {
        return Objects.requireNonNull(sources.get(role)).get(new ResourceID(role.objectName(), namespace));
    }

    private static Set<ResourceID> storesBeside(RoleBinding binding, EventSourceContext<OAuthTokenStore> context) {
        return context.getPrimaryCache()
                .list(binding.getMetadata().getNamespace())
                .map(ResourceID::fromResource)
                .collect(Collectors.toSet());
    }
}
