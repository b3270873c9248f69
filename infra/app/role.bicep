// What the app may do in Azure, and nothing else: the calls that its code makes. A test records them and compares.
// No action deletes or reimages a virtual machine outside of a scale set, so no master can be taken away with it.
targetScope = 'subscription'

param name string

@description('Leave out running commands in machines, which is root on them: then no unit is restarted, and a ladder with restart_unit goes to its next rung.')
param mayRunCommands bool

@description('Leave out starting masters that are off, where only a person may.')
param mayStartMasters bool

@description('Resource groups in which the role may be assigned.')
param resourceGroups array

var agents = [
  'Microsoft.Compute/virtualMachineScaleSets/read'
  'Microsoft.Compute/virtualMachineScaleSets/write'
  'Microsoft.Compute/virtualMachineScaleSets/delete/action'
  'Microsoft.Compute/virtualMachineScaleSets/networkInterfaces/read'
  'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read'
  'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/write'
  'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/instanceView/read'
  'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/restart/action'
  'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/redeploy/action'
  'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/reimage/action'
  'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/powerOff/action'
]
var masters = [
  'Microsoft.Compute/virtualMachines/read'
  'Microsoft.Compute/virtualMachines/instanceView/read'
  'Microsoft.Compute/virtualMachines/restart/action'
  'Microsoft.Compute/virtualMachines/redeploy/action'
  'Microsoft.Network/networkInterfaces/read'
]
var progress = [
  'Microsoft.Compute/locations/operations/read'
]
// Making a set larger writes it, and Azure then asks for what the model of the set refers to.
var referredTo = [
  'Microsoft.Network/virtualNetworks/subnets/join/action'
  'Microsoft.Network/loadBalancers/backendAddressPools/join/action'
  'Microsoft.Network/loadBalancers/inboundNatPools/join/action'
  'Microsoft.Network/networkSecurityGroups/join/action'
]
var commands = [
  'Microsoft.Compute/virtualMachineScaleSets/virtualMachines/runCommand/action'
  'Microsoft.Compute/virtualMachines/runCommand/action'
]
var starting = [
  'Microsoft.Compute/virtualMachines/start/action'
]

resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, name)
  properties: {
    roleName: name
    description: 'Repairs and sizes the scale sets of a DC/OS cluster, and restarts its masters.'
    type: 'CustomRole'
    permissions: [
      {
        actions: concat(agents, masters, progress, referredTo, mayRunCommands ? commands : [], mayStartMasters ? starting : [])
        notActions: []
      }
    ]
    assignableScopes: [for one in resourceGroups: '${subscription().id}/resourceGroups/${one}']
  }
}

output id string = role.id
