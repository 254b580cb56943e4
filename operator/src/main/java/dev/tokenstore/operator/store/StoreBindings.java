package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.operator.access.BoundRole;
import dev.tokenstore.operator.token.Interruption;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.javaoperatorsdk.operator.api.config.informer.FieldSelectorBuilder;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.health.InformerHealthIndicator;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Informers over the role bindings that the operator makes, by name, since its rights are limited by name. A change of
/// one reconciles all stores of its namespace.
final class StoreBindings {
    private static final long PAGE = 100;

    private final Interruption interruption = new Interruption(System::nanoTime);
    private final Map<BoundRole, InformerEventSource<RoleBinding, OAuthTokenStore>> sources =
            new EnumMap<>(BoundRole.class);

    StoreBindings(EventSourceContext<OAuthTokenStore> context) {
        for (var role : BoundRole.values()) {
            var configuration = InformerEventSourceConfiguration.from(RoleBinding.class, OAuthTokenStore.class)
                    .withName(role.objectName())
                    .withFieldSelector(new FieldSelectorBuilder()
                            .withField("metadata.name", role.objectName())
                            .build())
                    .withInformerListLimit(PAGE)
                    .withSecondaryToPrimaryMapper(binding -> storesBeside(binding, context))
                    .build();
            sources.put(role, new InformerEventSource<>(configuration, context));
        }
    }

    /// Records whether all watches are open now; returns whether [#isInterrupted] has changed by that.
    boolean checkWatches() {
        return interruption.observe(sources.values().stream()
                .flatMap(source -> source.informerHealthIndicators().values().stream())
                .allMatch(InformerHealthIndicator::isWatching));
    }

    /// Whether changes of bindings have not arrived for a minute.
    boolean isInterrupted() {
        return interruption.isReported();
    }

    List<EventSource<?, OAuthTokenStore>> sources() {
        return List.copyOf(sources.values());
    }

    /// Returns the cached bindings of a namespace.
    Map<BoundRole, RoleBinding> in(String namespace) {
        var bindings = new EnumMap<BoundRole, RoleBinding>(BoundRole.class);
        sources.forEach((role, source) -> source.get(new ResourceID(role.objectName(), namespace))
                .ifPresent(binding -> bindings.put(role, binding)));
        return bindings;
    }

    private static Set<ResourceID> storesBeside(RoleBinding binding, EventSourceContext<OAuthTokenStore> context) {
        return context.getPrimaryCache()
                .list(binding.getMetadata().getNamespace())
                .map(ResourceID::fromResource)
                .collect(Collectors.toSet());
    }
}
