package dev.tokenstore.operator.metrics;

import dev.tokenstore.operator.token.TokenWatches;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.javaoperatorsdk.operator.RegisteredController;
import io.javaoperatorsdk.operator.health.InformerHealthIndicator;
import io.javaoperatorsdk.operator.health.InformerWrappingEventSourceHealthIndicator;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.IntSupplier;
import java.util.stream.Stream;

/// The meters of the operator's watches, by resource: whether changes arrive.
public final class WatchMeters {
    private WatchMeters() {}

    public static void bind(MeterRegistry registry, RegisteredController<?> controller, TokenWatches tokens) {
        bind(registry, "secrets", tokens::open, tokens::started);
        sources(controller)
                .map(WatchMeters::resource)
                .distinct()
                .forEach(resource -> bind(
                        registry,
                        resource,
                        () -> (int) informers(controller, resource)
                                .filter(InformerHealthIndicator::isWatching)
                                .count(),
                        () -> (int) informers(controller, resource).count()));
    }

    private static void bind(MeterRegistry registry, String resource, IntSupplier open, IntSupplier all) {
        gauge(registry, resource, "open", open);
        gauge(registry, resource, "interrupted", () -> all.getAsInt() - open.getAsInt());
    }

    private static void gauge(MeterRegistry registry, String resource, String state, IntSupplier number) {
        Gauge.builder("tokenstore.watches", number, IntSupplier::getAsInt)
                .description("Watches that were begun, by whether they are open now.")
                .tags("resource", resource, "state", state)
                .strongReference(true)
                .register(registry);
    }

    /// The informers of a controller.
    public static Stream<InformerHealthIndicator> informers(RegisteredController<?> controller) {
        return sources(controller).flatMap(source -> source.informerHealthIndicators().values().stream());
    }

    private static Stream<InformerHealthIndicator> informers(RegisteredController<?> controller, String resource) {
        return sources(controller)
                .filter(source -> resource(source).equals(resource))
                .flatMap(source -> source.informerHealthIndicators().values().stream());
    }

    private static Stream<InformerWrappingEventSourceHealthIndicator<?>> sources(RegisteredController<?> controller) {
        return controller.getControllerHealthInfo().informerEventSourceHealthIndicators().values().stream()
                .map(source -> source);
    }

    private static String resource(InformerWrappingEventSourceHealthIndicator<?> source) {
        return source instanceof EventSource<?, ?> known && HasMetadata.class.isAssignableFrom(known.resourceType())
                ? HasMetadata.getFullResourceName(known.resourceType().asSubclass(HasMetadata.class))
                : "other";
    }
}
