// A DC/OS cluster in the architecture of the Azure Container Service, to try Poolkeeper on: masters with static addresses
// in an availability set, private and public agents in scale sets, named as the service named them.
// Not for production: DC/OS itself is no longer maintained.

@description('Goes before the names that people type: PREFIXmgmt and PREFIXagents in the domain of the region.')
@minLength(3)
@maxLength(40)
param dnsPrefix string

@description('Public part of the SSH key of whoever looks after the machines.')
param sshPublicKey string

@allowed([
  1
  3
  5
])
@description('How many masters. It can not be changed afterwards.')
param masterCount int = 3

@minValue(1)
@maxValue(100)
param privateAgentCount int = 3

@minValue(1)
@maxValue(100)
param publicAgentCount int = 1

param masterSize string = 'Standard_D2s_v3'
param privateAgentSize string = 'Standard_D4s_v3'
param publicAgentSize string = 'Standard_D2s_v3'

@description('Release of DC/OS, from 1.8.8 to 2.2: told in tags. What is installed is what the installer holds.')
param dcosVersion string

@description('Where dcos_generate_config.sh of that release is fetched from, by the machine that the others are installed from.')
param installerUrl string

@description('Address of that machine, in the subnet of the masters.')
param bootstrapAddress string = '172.16.0.240'

@description('Who may reach the masters by SSH, as an address range. Nobody else reaches them from outside.')
param operators string

@description('Zones of the agents, such as 1, 2 and 3; none where the region has none.')
param zones array = []

@description('An image on which this release of DC/OS runs.')
param image object = {
  publisher: 'Canonical'
  offer: 'UbuntuServer'
  sku: '16.04-LTS'
  version: 'latest'
}

param location string = resourceGroup().location

var suffix = toUpper(take(uniqueString(resourceGroup().id, dnsPrefix), 8))
var user = 'azureuser'
var tags = {
  orchestratorName: 'dcos'
  orchestratorVersion: dcosVersion
}
var masterAddresses = [for number in range(5, masterCount): '172.16.0.${number}']
// Partitions of the temporary disk: what Mesos and Docker keep there is lost with it, as on every cluster of the service.
var disks = loadTextContent('disks.yaml')
var agent = replace(replace(loadTextContent('agent.yaml'), 'DISKS', disks), 'BOOTSTRAP', 'http://${bootstrapAddress}:8086')

module network 'network.bicep' = {
  name: 'network'
  params: {
    dnsPrefix: dnsPrefix
    suffix: suffix
    location: location
    tags: tags
    operators: operators
    masterCount: masterCount
  }
}

module storage 'storage.bicep' = {
  name: 'storage'
  params: {
    name: take('dcos${toLower(suffix)}${uniqueString(resourceGroup().id)}', 24)
    location: location
    tags: tags
    subnetIds: [
      network.outputs.masterSubnetId
      network.outputs.privateSubnetId
      network.outputs.publicSubnetId
    ]
  }
}

module bootstrap 'bootstrap.bicep' = {
  name: 'bootstrap'
  params: {
    suffix: suffix
    location: location
    tags: tags
    subnetId: network.outputs.masterSubnetId
    address: bootstrapAddress
    image: image
    user: user
    sshPublicKey: sshPublicKey
    diagnosticsUri: storage.outputs.diagnosticsUri
    userData: replace(replace(loadTextContent('bootstrap.yaml'), 'INSTALLER', installerUrl), 'MASTERS', join(masterAddresses, ' '))
  }
}

module masters 'masters.bicep' = {
  name: 'masters'
  params: {
    suffix: suffix
    location: location
    tags: tags
    size: masterSize
    subnetId: network.outputs.masterSubnetId
    addresses: masterAddresses
    poolId: network.outputs.masterPoolId
    natRuleIds: network.outputs.masterNatRuleIds
    image: image
    user: user
    sshPublicKey: sshPublicKey
    diagnosticsUri: storage.outputs.diagnosticsUri
    userData: replace(loadTextContent('master.yaml'), 'BOOTSTRAP', 'http://${bootstrapAddress}:8086')
  }
}

module privateAgents 'agents.bicep' = {
  name: 'private-agents'
  params: {
    name: 'dcos-agent-private-${suffix}'
    location: location
    tags: tags
    count: privateAgentCount
    size: privateAgentSize
    zones: zones
    subnetId: network.outputs.privateSubnetId
    poolIds: []
    image: image
    user: user
    sshPublicKey: sshPublicKey
    diagnosticsUri: storage.outputs.diagnosticsUri
    userData: replace(replace(agent, 'ROLE', 'slave'), 'MORE', '')
  }
}

module publicAgents 'agents.bicep' = {
  name: 'public-agents'
  params: {
    name: 'dcos-agent-public-${suffix}'
    location: location
    tags: tags
    count: publicAgentCount
    size: publicAgentSize
    zones: zones
    subnetId: network.outputs.publicSubnetId
    poolIds: [
      network.outputs.publicPoolId
    ]
    image: image
    user: user
    sshPublicKey: sshPublicKey
    diagnosticsUri: storage.outputs.diagnosticsUri
    userData: replace(replace(agent, 'ROLE', 'slave_public'), 'MORE', ';public_ip:true')
  }
}

output masters array = masterAddresses
output privateScaleSet string = privateAgents.outputs.name
output publicScaleSet string = publicAgents.outputs.name
output appSubnetId string = network.outputs.appSubnetId
output ssh string = 'ssh -p 2200 ${user}@${network.outputs.mastersName}'
