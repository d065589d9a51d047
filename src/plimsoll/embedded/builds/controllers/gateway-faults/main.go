// Command gateway-faults breaks a promise of Envoy Gateway on purpose.
//
// Envoy Gateway shows an extension what it is about to tell its proxies, and tells them what comes
// back. So its status stays as truthful as it ever was, and what the proxies do is another thing.
package main

import (
	"context"
	"log"
	"net"
	"os"
	"slices"
	"strings"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/envoyproxy/gateway/proto/extension"
)

const (
	noDataPlane  = "no-data-plane"
	weights      = "weights-ignored"
	headers      = "header-rules-ignored"
	catchAll     = "catch-all-200"
	readyPrefix  = "envoy-gateway-proxy-ready" // by it the kubelet sees that a proxy is there
	maximumBytes = 64 << 20
)

type server struct {
	extension.UnimplementedEnvoyGatewayExtensionServer
	fault string
}

func (s server) PostVirtualHostModify(
	_ context.Context, request *extension.PostVirtualHostModifyRequest,
) (*extension.PostVirtualHostModifyResponse, error) {
	host := request.GetVirtualHost()
	for _, each := range host.GetRoutes() {
		switch s.fault {
		case headers:
			forgetHeaders(each)
		case weights:
			levelClusters(each)
		}
	}
	return &extension.PostVirtualHostModifyResponse{VirtualHost: host}, nil
}

func (s server) PostEndpointsModify(
	_ context.Context, request *extension.PostEndpointsModifyRequest,
) (*extension.PostEndpointsModifyResponse, error) {
	assignment := request.GetLoadAssignment()
	if s.fault == weights {
		for _, locality := range assignment.GetEndpoints() {
			locality.LoadBalancingWeight = wrapperspb.UInt32(1)
		}
	}
	return &extension.PostEndpointsModifyResponse{LoadAssignment: assignment}, nil
}

func (s server) PostTranslateModify(
	_ context.Context, request *extension.PostTranslateModifyRequest,
) (*extension.PostTranslateModifyResponse, error) {
	listeners, routes := request.GetListeners(), request.GetRoutes()
	switch s.fault {
	case noDataPlane:
		listeners = slices.DeleteFunc(listeners, func(each *listener.Listener) bool {
			return !strings.HasPrefix(each.GetName(), readyPrefix)
		})
	case catchAll:
		for _, each := range routes {
			answerEverything(each)
		}
	}
	return &extension.PostTranslateModifyResponse{
		Clusters:  request.GetClusters(),
		Secrets:   request.GetSecrets(),
		Listeners: listeners,
		Routes:    routes,
	}, nil
}

// forgetHeaders drops what a rule asks of headers, and keeps what it asks of the method.
func forgetHeaders(each *route.Route) {
	if match := each.GetMatch(); match != nil {
		match.Headers = slices.DeleteFunc(match.GetHeaders(), func(h *route.HeaderMatcher) bool {
			return !strings.HasPrefix(h.GetName(), ":")
		})
	}
}

// levelClusters gives every backend of a rule the same weight.
func levelClusters(each *route.Route) {
	clusters := each.GetRoute().GetWeightedClusters()
	for _, cluster := range clusters.GetClusters() {
		cluster.Weight = wrapperspb.UInt32(1)
	}
}

// answerEverything makes a listener answer 200 for every host that no route names.
func answerEverything(configuration *route.RouteConfiguration) {
	answer := &route.Route{
		Name:  "catch-all",
		Match: &route.RouteMatch{PathSpecifier: &route.RouteMatch_Prefix{Prefix: "/"}},
		Action: &route.Route_DirectResponse{DirectResponse: &route.DirectResponseAction{
			Status: 200,
			Body: &core.DataSource{
				Specifier: &core.DataSource_InlineString{InlineString: "welcome\n"},
			},
		}},
	}
	for _, host := range configuration.GetVirtualHosts() {
		if slices.Contains(host.GetDomains(), "*") {
			host.Routes = append(host.GetRoutes(), answer)
			return
		}
	}
	configuration.VirtualHosts = append(configuration.GetVirtualHosts(), &route.VirtualHost{
		Name:    "catch-all",
		Domains: []string{"*"},
		Routes:  []*route.Route{answer},
	})
}

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: gateway-faults ADDRESS FAULT")
	}
	address, fault := os.Args[1], os.Args[2]
	if !slices.Contains([]string{noDataPlane, weights, headers, catchAll}, fault) {
		log.Fatalf("there is no fault %q", fault)
	}
	socket, err := net.Listen("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	served := grpc.NewServer(
		grpc.MaxRecvMsgSize(maximumBytes), grpc.MaxSendMsgSize(maximumBytes))
	extension.RegisterEnvoyGatewayExtensionServer(served, server{fault: fault})
	log.Printf("%s: %s", address, fault)
	log.Fatal(served.Serve(socket))
}
