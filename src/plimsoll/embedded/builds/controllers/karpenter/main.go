// Karpenter's core with a provider whose machines are made by a launcher behind a Unix socket.
//
// The launcher keeps the truth about machines, so this program has no state: everything that it
// answers to Karpenter it has just asked.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
	"unique"

	"github.com/awslabs/operatorpkg/status"
	corev1 "k8s.io/api/core/v1"
	resourcev1 "k8s.io/api/resource/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/karpenter/kwok/apis/v1alpha1"
	karpenter "sigs.k8s.io/karpenter/pkg/apis/v1"
	"sigs.k8s.io/karpenter/pkg/cloudprovider"
	"sigs.k8s.io/karpenter/pkg/cloudprovider/overlay"
	"sigs.k8s.io/karpenter/pkg/controllers"
	"sigs.k8s.io/karpenter/pkg/controllers/state"
	"sigs.k8s.io/karpenter/pkg/operator"
	"sigs.k8s.io/karpenter/pkg/scheduling"
)

const (
	socketVariable = "PLIMSOLL_LAUNCHER"
	// With this variable set the provider offers whatever any waiting pod asks for (a fault).
	offerAnythingVariable = "PLIMSOLL_OFFER_ANYTHING"
	zone                  = "plimsoll"
	answerTime            = 30 * time.Second
)

// machine is a node that the launcher keeps.
type machine struct {
	ProviderID string            `json:"provider_id"`
	Claim      string            `json:"claim"`
	Type       string            `json:"type"`
	Labels     map[string]string `json:"labels"`
}

// machineType is what every machine of that name has, as resources and as devices of a driver.
type machineType struct {
	Name         string              `json:"name"`
	Architecture string              `json:"architecture"`
	Capacity     corev1.ResourceList `json:"capacity"`
	Driver       string              `json:"driver"`
	Devices      []resourcev1.Device `json:"devices"`
}

// launcher makes and removes machines.
type launcher struct {
	http http.Client
}

func newLauncher(socket string) *launcher {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}
	return &launcher{http.Client{Transport: &http.Transport{DialContext: dial}, Timeout: answerTime}}
}

// ask sends a request, with in as its body if there is one, and decodes the answer into out; it
// returns the status.
func (l *launcher) ask(ctx context.Context, method, path string, in, out any) (int, error) {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return 0, err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://launcher"+path, &body)
	if err != nil {
		return 0, err
	}
	response, err := l.http.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err
	}
	if response.StatusCode < 300 {
		return response.StatusCode, json.Unmarshal(content, out)
	}
	return response.StatusCode, fmt.Errorf("the launcher answered %s: %s", response.Status, content)
}

// provider is Karpenter's view of the launcher.
type provider struct {
	launcher      *launcher
	cluster       client.Client
	offerAnything bool
}

func (p *provider) Create(ctx context.Context, claim *karpenter.NodeClaim) (*karpenter.NodeClaim, error) {
	kinds, err := p.machineTypes(ctx)
	if err != nil {
		return nil, err
	}
	wanted := scheduling.NewNodeSelectorRequirementsWithMinValues(claim.Spec.Requirements...)
	for _, kind := range kinds {
		if wanted.Compatible(kind.requirements(), scheduling.AllowUndefinedWellKnownLabels) == nil {
			return p.make(ctx, claim, kind)
		}
	}
	return nil, cloudprovider.NewInsufficientCapacityError(fmt.Errorf("no type fits %s", claim.Name))
}

func (p *provider) make(ctx context.Context, claim *karpenter.NodeClaim, kind machineType) (*karpenter.NodeClaim, error) {
	wanted := machine{Claim: claim.Name, Type: kind.Name, Labels: ownLabels(claim.Labels)}
	var made machine
	code, err := p.launcher.ask(ctx, http.MethodPost, "/nodes", wanted, &made)
	if code == http.StatusConflict {
		return nil, cloudprovider.NewInsufficientCapacityError(err)
	}
	if err != nil {
		return nil, err
	}
	return nodeClaim(made, kind), nil
}

func (p *provider) Delete(ctx context.Context, claim *karpenter.NodeClaim) error {
	path := "/nodes?provider_id=" + url.QueryEscape(claim.Status.ProviderID)
	var removed machine
	code, err := p.launcher.ask(ctx, http.MethodDelete, path, nil, &removed)
	if err == nil || code == http.StatusNotFound {
		// The launcher answers when nothing of the machine is left.
		return cloudprovider.NewNodeClaimNotFoundError(fmt.Errorf("%s is gone", claim.Status.ProviderID))
	}
	return err
}

func (p *provider) Get(ctx context.Context, providerID string) (*karpenter.NodeClaim, error) {
	all, err := p.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, found := range all {
		if found.Status.ProviderID == providerID {
			return found, nil
		}
	}
	return nil, cloudprovider.NewNodeClaimNotFoundError(fmt.Errorf("there is no %s", providerID))
}

func (p *provider) List(ctx context.Context) ([]*karpenter.NodeClaim, error) {
	kinds, err := p.machineTypes(ctx)
	if err != nil {
		return nil, err
	}
	var machines []machine
	if _, err := p.launcher.ask(ctx, http.MethodGet, "/nodes", nil, &machines); err != nil {
		return nil, err
	}
	claims := make([]*karpenter.NodeClaim, 0, len(machines))
	for _, one := range machines {
		for _, kind := range kinds {
			if kind.Name == one.Type {
				claims = append(claims, nodeClaim(one, kind))
			}
		}
	}
	return claims, nil
}

func (p *provider) GetInstanceTypes(ctx context.Context, _ *karpenter.NodePool) ([]*cloudprovider.InstanceType, error) {
	kinds, err := p.machineTypes(ctx)
	if err != nil {
		return nil, err
	}
	if p.offerAnything {
		if err := p.addWhatNobodyHas(ctx, kinds); err != nil {
			return nil, err
		}
	}
	types := make([]*cloudprovider.InstanceType, 0, len(kinds))
	for _, kind := range kinds {
		types = append(types, kind.instanceType())
	}
	return types, nil
}

func (p *provider) IsDrifted(context.Context, *karpenter.NodeClaim) (cloudprovider.DriftReason, error) {
	return "", nil
}

func (p *provider) RepairPolicies() []cloudprovider.RepairPolicy { return nil }

func (p *provider) Name() string { return "plimsoll" }

func (p *provider) GetSupportedNodeClasses() []status.Object {
	return []status.Object{&v1alpha1.KWOKNodeClass{}}
}

func (p *provider) machineTypes(ctx context.Context) ([]machineType, error) {
	var kinds []machineType
	_, err := p.launcher.ask(ctx, http.MethodGet, "/types", nil, &kinds)
	return kinds, err
}

// addWhatNobodyHas lets the first type claim every resource that a pod without a node requests and
// that no type has.
func (p *provider) addWhatNobodyHas(ctx context.Context, kinds []machineType) error {
	var pods corev1.PodList
	if err := p.cluster.List(ctx, &pods); err != nil {
		return err
	}
	known := map[corev1.ResourceName]bool{}
	for _, kind := range kinds {
		for name := range kind.Capacity {
			known[name] = true
		}
	}
	for _, pod := range pods.Items {
		if pod.Spec.NodeName != "" {
			continue
		}
		for _, container := range pod.Spec.Containers {
			for name := range container.Resources.Requests {
				if !known[name] {
					kinds[0].Capacity[name] = resource.MustParse("1k")
				}
			}
		}
	}
	return nil
}

func (kind machineType) requirements() scheduling.Requirements {
	return scheduling.NewRequirements(
		requirement(corev1.LabelInstanceTypeStable, kind.Name),
		requirement(corev1.LabelArchStable, kind.Architecture),
		requirement(corev1.LabelOSStable, "linux"),
		requirement(corev1.LabelTopologyZone, zone),
		requirement(karpenter.CapacityTypeLabelKey, karpenter.CapacityTypeOnDemand),
	)
}

func (kind machineType) instanceType() *cloudprovider.InstanceType {
	offering := scheduling.NewRequirements(
		requirement(corev1.LabelTopologyZone, zone),
		requirement(karpenter.CapacityTypeLabelKey, karpenter.CapacityTypeOnDemand),
	)
	return &cloudprovider.InstanceType{
		Name:             kind.Name,
		Requirements:     kind.requirements(),
		Offerings:        cloudprovider.Offerings{{Requirements: offering, Price: 1, Available: true}},
		Capacity:         kind.Capacity,
		DynamicResources: kind.dynamicResources(),
		Overhead:         &cloudprovider.InstanceTypeOverhead{},
	}
}

// dynamicResources says which slice the driver is going to publish on a node of this type.
func (kind machineType) dynamicResources() cloudprovider.DynamicResources {
	if len(kind.Devices) == 0 {
		return cloudprovider.DynamicResources{}
	}
	slice := &cloudprovider.ResourceSliceTemplate{
		Driver: unique.Make(kind.Driver),
		Pool:   cloudprovider.ResourcePool{Name: unique.Make(kind.Name)},
	}
	for _, device := range kind.Devices {
		slice.Devices = append(slice.Devices, cloudprovider.Device{
			Name:       unique.Make(device.Name),
			Attributes: device.Attributes,
			Capacity:   device.Capacity,
		})
	}
	return cloudprovider.DynamicResources{
		ResourceSliceTemplates: []*cloudprovider.ResourceSliceTemplate{slice},
	}
}

func nodeClaim(of machine, kind machineType) *karpenter.NodeClaim {
	labels := map[string]string{
		corev1.LabelInstanceTypeStable: kind.Name,
		corev1.LabelArchStable:         kind.Architecture,
		corev1.LabelTopologyZone:       zone,
		karpenter.CapacityTypeLabelKey: karpenter.CapacityTypeOnDemand,
	}
	for key, value := range of.Labels {
		labels[key] = value
	}
	return &karpenter.NodeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: of.Claim, Labels: labels, CreationTimestamp: metav1.Now()},
		Status: karpenter.NodeClaimStatus{
			ProviderID:  of.ProviderID,
			Capacity:    kind.Capacity,
			Allocatable: kind.Capacity,
		},
	}
}

// ownLabels returns the labels that a kubelet may give its own node; Karpenter adds the others.
func ownLabels(labels map[string]string) map[string]string {
	own := map[string]string{}
	for key, value := range labels {
		domain, _, _ := strings.Cut(key, "/")
		if !strings.HasSuffix(domain, "kubernetes.io") && !strings.HasSuffix(domain, "k8s.io") {
			own[key] = value
		}
	}
	return own
}

func requirement(key, value string) *scheduling.Requirement {
	return scheduling.NewRequirement(key, corev1.NodeSelectorOpIn, value)
}

func main() {
	socket := os.Getenv(socketVariable)
	if socket == "" {
		fmt.Fprintf(os.Stderr, "%s does not name the launcher's socket\n", socketVariable)
		os.Exit(1)
	}
	ctx, op := operator.NewOperator()
	own := &provider{
		launcher:      newLauncher(socket),
		cluster:       op.GetClient(),
		offerAnything: os.Getenv(offerAnythingVariable) != "",
	}
	decorated := overlay.Decorate(own, op.GetClient(), op.InstanceTypeStore)
	cluster := state.NewCluster(op.Clock, op.GetClient(), decorated)
	op.WithControllers(ctx, controllers.NewControllers(
		ctx, op.Manager, op.Clock, op.GetClient(), op.EventRecorder,
		decorated, own, cluster, op.InstanceTypeStore,
	)...).Start(ctx)
}
