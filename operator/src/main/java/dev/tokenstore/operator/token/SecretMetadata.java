package dev.tokenstore.operator.token;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.operator.response.TrimmedResponses;
import dev.tokenstore.runtime.kubernetes.PagedList;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// The operator's only access to Secrets: it lists and watches their metadata, and deletes them. The API server never
/// sends a Secret's data over this connection, so no token enters the process. Thread-safe.
public final class SecretMetadata implements AutoCloseable {
    private static final String METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    private static final String METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
    private static final int PAGE = 500;
    private static final long PAGE_OF_WATCH = 250;

    /// Virtual, since events come in bursts: a platform thread would stay for a minute after each, with its stack.
    private static final Executor THREADS = Executors.newVirtualThreadPerTaskExecutor();

    /// Shared by all connections: it keeps much about each type.
    private static final KubernetesSerialization SERIALIZATION = serialization();

    private final KubernetesClient client;

    private SecretMetadata(KubernetesClient client) {
        this.client = client;
    }

    /// Prepares a connection; nothing is sent before the first request.
    ///
    /// @param interceptors adds the caller's interceptors
    public static SecretMetadata open(Config config, Consumer<HttpClient.Builder> interceptors) {
        return new SecretMetadata(new KubernetesClientBuilder()
                // the next cleanup repeats deletions that fail, the informer lists and watches
                .withConfig(new ConfigBuilder(config)
                        .withRequestRetryBackoffLimit(0)
                        // many watches on one connection; a WebSocket each would cost 100 KiB
                        .withOnlyHttpWatches(true)
                        .build())
                .withHttpClientFactory(new OnVirtualThreads())
                .withTaskExecutor(THREADS)
                .withKubernetesSerialization(SERIALIZATION)
                .withHttpClientBuilderConsumer(builder -> {
                    builder.addOrReplaceInterceptor("metadata-only", new MetadataOnly());
                    TrimmedResponses.install(builder);
                    interceptors.accept(builder);
                })
                .build());
    }

    /// Returns whether the store has a token with such metadata, by a list of its tokens.
    ///
    /// @throws KubernetesClientException if the list fails
    public boolean hasToken(String namespace, String store, Predicate<ObjectMeta> wanted) {
        var found = new AtomicBoolean();
        var tokens = client.secrets()
                .inNamespace(namespace)
                .withField("type", TokenSecretLayout.SECRET_TYPE)
                .withLabel(TokenSecretLayout.STORE_LABEL, store);
        new PagedList<>(PAGE, 0, tokens::list).forEachPage(page -> {
            found.set(page.stream().map(Secret::getMetadata).anyMatch(wanted));
            return !found.get();
        });
        return found.get();
    }

    /// Counts the Secrets of a namespace that are not tokens.
    ///
    /// @param atMost stops counting there
    /// @throws KubernetesClientException if the list fails
    public int countOthers(String namespace, int atMost) {
        var number = new AtomicInteger();
        var others = client.secrets().inNamespace(namespace).withoutField("type", TokenSecretLayout.SECRET_TYPE);
        new PagedList<>(PAGE, 0, others::list).forEachPage(page -> number.addAndGet(page.size()) < atMost);
        return Math.min(number.get(), atMost);
    }

    /// Returns an informer over the tokens of all stores of a namespace, not started.
    SharedIndexInformer<Secret> tokens(String namespace) {
        return client.secrets()
                .inNamespace(namespace)
                .withField("type", TokenSecretLayout.SECRET_TYPE)
                .withLabel(TokenSecretLayout.STORE_LABEL)
                .withLimit(PAGE_OF_WATCH)
                .runnableInformer(0)
                .removeNamespaceIndex();
    }

    /// Deletes a Secret if it still has the uid and the version that the token was seen with.
    ///
    /// @throws KubernetesClientException with 409 if it has not, with 404 if it is gone
    public void delete(String namespace, IndexedToken token) {
        var options = new DeleteOptionsBuilder()
                .withNewPreconditions(token.resourceVersion(), token.uid())
                .build();
        // the client's delete method has no precondition on the uid
        client.raw("/api/v1/namespaces/" + namespace + "/secrets/" + token.name(), "DELETE", options);
    }

    boolean isClosed() {
        return client.getHttpClient().isClosed();
    }

    @Override
    public void close() {
        client.close();
    }

    private static KubernetesSerialization serialization() {
        var mapper = new ObjectMapper();
        // the API server writes an empty list of metadata as null
        mapper.configOverride(List.class).setSetterInfo(JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY));
        var serialization = new KubernetesSerialization(mapper, true);
        // otherwise each watch event is deserialized as a generic resource, serialized, and deserialized again
        serialization.registerKubernetesResource("meta.k8s.io/v1", "PartialObjectMetadata", Secret.class);
        return serialization;
    }

    private static final class OnVirtualThreads extends JdkHttpClientFactory {
        @Override
        protected java.net.http.HttpClient.Builder createNewHttpClientBuilder() {
            return java.net.http.HttpClient.newBuilder().executor(THREADS);
        }
    }

    private static final class MetadataOnly implements Interceptor {
        @Override
        public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
            // a watch that asks for the list form ends at each event; the answer to a deletion is the object while it
            // has a finalizer
            var list = "GET".equals(request.method()) && !TrimmedResponses.isWatch(request);
            builder.setHeader("Accept", list ? METADATA_LIST : METADATA);
        }
    }
}
